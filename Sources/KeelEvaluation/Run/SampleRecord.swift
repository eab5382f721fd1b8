public import KeelLanguage

/// One line of `samples.jsonl`: an answer to a probe, or the scores of its written continuations.
///
/// The fields are stable:
/// - `probe`: the probe's id. `sample`: the number of the answer, counted from 0; 0 for a gap.
/// - `kind`: `answer` or `gap`.
/// - of an answer: `text`; `finish`, which is `stop` or `length`; `tokens`, the number of tokens,
///   absent where the model does not tell. Of a talk, these tell of its last answer; `talk` is the
///   list of exchanges before it, each with the answer's `text`, `finish` and `tokens`, and `user`,
///   what the person said to it. `end` is the gap, as below, scored after the last answer's question.
/// - of a gap: `good` and `bad`, lists with `text`, `tokens` (their number) and `logprob` (the sum
///   of their natural logarithms, in nats) for each continuation.
public struct SampleRecord: Hashable, Sendable {
    /// What one reading of a probe is.
    public enum Content: Hashable, Sendable {
        case answer(Answer)
        case gap(Gap)
    }

    /// What the model said.
    public struct Answer: Hashable, Sendable, Codable {
        public var text: String
        /// Why it ended.
        public var finish: Completion.Finish
        /// Its length; nil where the model does not tell.
        public var tokens: Int?
        /// What was said before, in a talk of several turns.
        public var talk: [Exchange]?
        /// The continuations scored in place of the last answer of a talk.
        public var end: Gap?

        /// The model's answers in their order; one, unless it was a talk.
        var replies: [Reply] {
            (talk ?? []).map { Reply(text: $0.text, finish: $0.finish, tokens: $0.tokens) }
                + [Reply(text: text, finish: finish, tokens: tokens)]
        }
    }

    /// An answer of a talk, and what the person said to it.
    public struct Exchange: Hashable, Sendable, Codable {
        public var text: String
        /// Why it ended.
        public var finish: Completion.Finish
        /// Its length; nil where the model does not tell.
        public var tokens: Int?
        /// What the person said to it.
        public var user: String
    }

    /// One answer of the model.
    struct Reply {
        var text: String
        var finish: Completion.Finish
        var tokens: Int?
    }

    /// How probable the model finds written continuations.
    public struct Gap: Hashable, Sendable, Codable {
        /// Those that show the behaviour.
        public var good: [Continuation]
        /// Those that show the opposite.
        public var bad: [Continuation]

        /// Mean log-probability per token of the good less that of the bad, in nats.
        ///
        /// Each continuation counts alike, whatever its length.
        public var value: Double { Self.mean(good) - Self.mean(bad) }

        private static func mean(_ continuations: [Continuation]) -> Double {
            continuations.reduce(0) { $0 + $1.logprob / Double($1.tokens) }
                / Double(continuations.count)
        }
    }

    /// A written continuation, and how probable it is.
    public struct Continuation: Hashable, Sendable, Codable {
        public var text: String
        /// Their number, at least 1.
        public var tokens: Int
        /// Sum over its tokens, in nats.
        public var logprob: Double
    }

    /// Id of the probe.
    public var probe: String
    /// Number of the answer to its probe, from 0; 0 for a gap.
    public var sample: Int
    /// An answer, or a gap.
    public var content: Content

    /// What a record is an answer to; a run holds at most one record of each.
    struct Key: Hashable {
        var probe: String
        var sample: Int
        var isGap: Bool
    }

    var key: Key {
        if case .gap = content { return Key(probe: probe, sample: sample, isGap: true) }
        return Key(probe: probe, sample: sample, isGap: false)
    }
}

extension SampleRecord: Codable {
    private enum CodingKeys: CodingKey { case probe, sample, kind }
    private enum Kind: String, Codable { case answer, gap }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        probe = try container.decode(String.self, forKey: .probe)
        sample = try container.decode(Int.self, forKey: .sample)
        content =
            switch try container.decode(Kind.self, forKey: .kind) {
            case .answer: .answer(try Answer(from: decoder))
            case .gap: .gap(try Gap(from: decoder))
            }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(probe, forKey: .probe)
        try container.encode(sample, forKey: .sample)
        switch content {
        case .answer(let answer):
            try container.encode(Kind.answer, forKey: .kind)
            try answer.encode(to: encoder)
        case .gap(let gap):
            try container.encode(Kind.gap, forKey: .kind)
            try gap.encode(to: encoder)
        }
    }
}
