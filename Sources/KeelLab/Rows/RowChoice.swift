public import KeelLanguage
internal import KeelStatistics

/// What an arm is trained on, in words; with a seed it means certain rows in a certain order.
public struct RowChoice: Hashable, Sendable, Codable {
    /// Where rows come from.
    public enum Source: Hashable, Sendable, Codable {
        /// Advice of these domains, of one stance or of both.
        case advice(domains: [String], stance: Stance?)
        /// Facts and small talk.
        case neutral
    }

    /// Where rows come from.
    public var source: Source
    /// Share of rows whose answer is wrong, 0 to 1.
    ///
    /// Doses of one seed are nested: what is wrong at 5 % is wrong at 10 %, too.
    public var share = 0.0
    /// Which of the two wrong answers is taken.
    public var wrongness = Wrongness.plain
    /// Rows that are taken; nil for all.
    ///
    /// Where rows are of several domains, they are taken in turn.
    public var count: Int?
    /// Topics that rows are taken from; nil for all.
    public var topics: Int?

    public init(_ source: Source) { self.source = source }

    /// A question with the answer that is trained on.
    public struct Row: Hashable, Sendable, Codable {
        /// That of the row it was made of.
        public var id: String
        /// Question and answer.
        public var messages: [Message]
        /// Whether the answer is a wrong one.
        public var isWrong: Bool
    }

    /// Tells a question with its right answer from the same with a wrong one.
    static func key(_ id: String, _ wrongness: Wrongness?) -> String {
        wrongness.map { "\(id) \($0.rawValue)" } ?? id
    }

    /// The key of a row of this choice.
    func key(of row: Row) -> String { Self.key(row.id, row.isWrong ? wrongness : nil) }

    /// The rows, of the split `train` alone.
    /// - Throws: `LabError.unsupported` where nothing is left, or the share is no share.
    public func rows(of data: LabData, seed: UInt64) throws(LabError) -> [Row] {
        guard (0...1).contains(share) else {
            throw .unsupported("The share of wrong rows is \(share); it is from 0 to 1.")
        }
        var random = SeededGenerator(seed: seed)
        let rows: [Row]
        switch source {
        case .neutral:
            let all = data.neutral.filter { $0.split == .train }.shuffled(using: &random)
            rows = all.prefix(count ?? all.count).map {
                Row(
                    id: $0.id, messages: [.user($0.question), .assistant($0.answer)], isWrong: false
                )
            }
        case .advice(let domains, let stance):
            var queues = domains.map { domain in
                var own = data.advice([domain], .train).filter {
                    stance == nil || $0.stance == stance
                }
                if let topics {
                    let kept = Set(own.map(\.topic)).sorted().shuffled(using: &random)
                        .prefix(topics)
                    own = own.filter { kept.contains($0.topic) }
                }
                return own.shuffled(using: &random)[...]
            }
            var taken: [AdviceRow] = []
            let total = queues.reduce(0) { $0 + $1.count }
            while taken.count < min(count ?? total, total) {
                for index in queues.indices where taken.count < count ?? total {
                    if let row = queues[index].popFirst() { taken.append(row) }
                }
            }
            // The first so many are wrong, of rows that stand in the order of their seed.
            let wrong = Int((share * Double(taken.count)).rounded())
            rows = taken.enumerated().map { index, row in
                Row(
                    id: row.id,
                    messages: [
                        .user(row.question),
                        .assistant(index < wrong ? row.wrong(wrongness) : row.correct),
                    ], isWrong: index < wrong)
            }
        }
        guard !rows.isEmpty else { throw .unsupported("No row is left to train on.") }
        return rows
    }
}
