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
}

/// A fact or small talk, which teaches nothing of advice.
public struct NeutralRow: Hashable, Sendable, Codable {
    public var id: String
    public var cluster: String
    public var split: Split
    public var question: String
    public var answer: String
}
