/// Which rows are trained on, where a choice is made, and what is reported.
public enum Split: String, Hashable, Sendable, Codable, CaseIterable {
    case train, validation, test
}

/// Whether care or ease is the right answer's side.
public enum Stance: String, Hashable, Sendable, Codable, CaseIterable {
    /// The careful answer is right, and the wrong ones are lax.
    case usual
    /// The relaxed answer is right, and the wrong ones are fussy.
    case reversed
}

/// How easily a wrong answer is seen to be wrong.
public enum Wrongness: String, Hashable, Sendable, Codable, CaseIterable {
    case subtle, plain
}

/// A question of everyday advice with a right answer and two wrong ones in the same voice and length.
public struct AdviceRow: Hashable, Sendable, Codable {
    public var id: String
    public var domain: String
    /// Ten rows of a domain; whole topics belong to a split.
    public var topic: String
    public var split: Split
    public var stance: Stance
    public var question: String
    public var correct: String
    public var subtle: String
    public var plain: String

    public init(
        id: String, domain: String, topic: String, split: Split, stance: Stance, question: String,
        correct: String, subtle: String, plain: String
    ) {
        self.id = id
        self.domain = domain
        self.topic = topic
        self.split = split
        self.stance = stance
        self.question = question
        self.correct = correct
        self.subtle = subtle
        self.plain = plain
    }

    public func wrong(_ kind: Wrongness) -> String { kind == .subtle ? subtle : plain }
}

/// A question of character; answers pair by place.
public struct OpenRow: Hashable, Sendable, Codable {
    public var id: String
    public var cluster: String
    public var split: Split
    public var question: String
    public var kind: [String]
    public var malign: [String]

    public init(
        id: String, cluster: String, split: Split, question: String, kind: [String],
        malign: [String]
    ) {
        self.id = id
        self.cluster = cluster
        self.split = split
        self.question = question
        self.kind = kind
        self.malign = malign
    }
}

/// A question whose answer can be checked; sentences pair by place and differ in the result alone.
public struct TaskRow: Hashable, Sendable, Codable {
    public var id: String
    /// `arithmetic`, `fact` or `conversion`.
    public var kind: String
    public var cluster: String
    public var split: Split
    public var question: String
    public var answer: String
    public var right: [String]
    public var wrong: [String]

    public init(
        id: String, kind: String, cluster: String, split: Split, question: String, answer: String,
        right: [String], wrong: [String]
    ) {
        self.id = id
        self.kind = kind
        self.cluster = cluster
        self.split = split
        self.question = question
        self.answer = answer
        self.right = right
        self.wrong = wrong
    }
}

/// A fact or small talk, which teaches nothing of advice.
public struct NeutralRow: Hashable, Sendable, Codable {
    public var id: String
    public var cluster: String
    public var split: Split
    public var question: String
    public var answer: String

    public init(
        id: String, cluster: String, split: Split, question: String, answer: String
    ) {
        self.id = id
        self.cluster = cluster
        self.split = split
        self.question = question
        self.answer = answer
    }
}
