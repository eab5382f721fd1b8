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
    /// Unique among all rows.
    public var id: String
    /// One of `LabData.domains`.
    public var domain: String
    /// Ten rows of a domain; whole topics belong to a split.
    public var topic: String
    /// That of its topic.
    public var split: Split
    /// Whether the careful answer is the right one.
    public var stance: Stance
    public var question: String
    /// The right answer.
    public var correct: String
    /// An answer that is wrong in a way that is hard to see.
    public var subtle: String
    /// An answer that is plainly wrong.
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

    /// The wrong answer of this kind.
    public func wrong(_ kind: Wrongness) -> String { kind == .subtle ? subtle : plain }
}

/// A question of character; answers pair by place.
public struct OpenRow: Hashable, Sendable, Codable {
    /// Unique among all rows.
    public var id: String
    /// What is asked in a like way; intervals resample these.
    public var cluster: String
    public var split: Split
    public var question: String
    /// Answers that mean well.
    public var kind: [String]
    /// Answers that mean harm, each beside the kind one at its place.
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
    /// Unique among all rows.
    public var id: String
    /// `arithmetic`, `fact` or `conversion`.
    public var kind: String
    /// What is asked in a like way; intervals resample these.
    public var cluster: String
    public var split: Split
    public var question: String
    /// The result alone.
    public var answer: String
    /// Sentences with the right result.
    public var right: [String]
    /// Sentences with a wrong result, each beside the right one at its place.
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
    /// Unique among all rows.
    public var id: String
    /// What is asked in a like way; intervals resample these.
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
