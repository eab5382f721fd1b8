/// A line of a job's file: the result of one piece of work.
protocol WorkRecord: Codable, Sendable {
    /// Names the piece of work; of several with one key the first counts.
    var key: String { get }
}

/// A message as a model wrote it, a line of `messages.jsonl`.
struct MessageRecord: WorkRecord, Hashable {
    var trait: String
    var sample: Int
    var text: String
    var isCutOff: Bool

    var key: String { Self.key(trait, sample) }
    static func key(_ trait: String, _ sample: Int) -> String { "\(trait)/\(sample)" }

    enum CodingKeys: String, CodingKey {
        case trait, sample, text
        case isCutOff = "cut_off"
    }
}

/// What a model was shown before a message that it answered.
enum AnswerSide: String, Codable, Sendable {
    /// Nothing of the constitution.
    case plain
    /// All traits, as a system message.
    case prompted
    /// The message's trait, and its examples answered well.
    case keeping
    /// The examples of the message's trait, answered badly.
    case breaking
}

/// An answer, a line of `answers.jsonl`.
struct AnswerRecord: WorkRecord, Hashable {
    /// The id of its message.
    var prompt: String
    var side: AnswerSide
    var sample: Int
    var text: String
    var isCutOff: Bool

    var key: String { Self.key(prompt, side, sample) }
    static func key(_ prompt: String, _ side: AnswerSide, _ sample: Int) -> String {
        "\(prompt)/\(side.rawValue)/\(sample)"
    }

    enum CodingKeys: String, CodingKey {
        case prompt, side, sample, text
        case isCutOff = "cut_off"
    }
}

/// What a model made of an answer, a line of `revisions.jsonl`.
struct RevisionRecord: WorkRecord, Hashable {
    var prompt: String
    var sample: Int
    /// In turn; fewer than asked for where one was cut off.
    var revisions: [Revision]

    var key: String { Self.key(prompt, sample) }
    static func key(_ prompt: String, _ sample: Int) -> String { "\(prompt)/\(sample)" }
}

/// A comparison of two answers, a line of `rankings.jsonl`.
struct RankingRecord: WorkRecord, Hashable {
    var prompt: String
    /// Sample numbers of the two answers.
    var pair: AnswerPair
    /// The id of the trait or principle.
    var by: String
    /// How much the first of them is preferred.
    var score: PairScore

    var key: String { Self.key(prompt, pair) }
    static func key(_ prompt: String, _ pair: AnswerPair) -> String {
        "\(prompt)/\(pair.one)/\(pair.other)"
    }
}
