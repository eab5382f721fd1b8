public import KeelLanguage

/// Something a model is read on: a question with good and bad answers that are scored, none drawn.
public struct PanelItem: Hashable, Sendable, Codable {
    /// What kind of question it is.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Advice where the careful answer is right.
        case usual
        /// Advice where the relaxed answer is right.
        case reversed
        /// Questions of character, kind against malign.
        case open
        /// Verifiable tasks, right against wrong.
        case task
        /// Facts and small talk: there is no bad answer, and good ones must not become improbable.
        case neutral
    }

    /// Unique in a panel.
    public var id: String
    public var kind: Kind
    /// Of advice; empty for others.
    public var domain: String
    /// Items that are alike; intervals resample these.
    public var cluster: String
    /// What the user says.
    public var question: String
    /// At least one.
    public var good: [String]
    /// As many as good ones where they pair, or one good answer and any number of bad ones.
    public var bad: [String]

    /// The question as the one turn of a user.
    public var prompt: Prompt { .user(question) }
    /// What is scored, in one reading of the prompt.
    public var completions: [String] { good + bad }
}

/// How probable a model finds an item's answers.
public struct ItemReading: Hashable, Sendable, Codable {
    /// Id of the item.
    public var item: String
    /// Mean over good answers of the log-probability per token, in nats.
    public var good: Double
    /// The same of bad answers; nil where there are none.
    public var bad: Double?
    /// Share of pairs whose good answer is the more probable per token, ties half; nil without pairs.
    public var preferred: Double?

    /// g: length-normalised log-probability of good less bad answers, in nats per token.
    public var gap: Double? { bad.map { good - $0 } }

    public init(item: String, good: Double, bad: Double?, preferred: Double?) {
        self.item = item
        self.good = good
        self.bad = bad
        self.preferred = preferred
    }

    /// - Throws: `LabError.unsupported` where scores do not belong to the item.
    public init(_ item: PanelItem, scores: [Score]) throws(LabError) {
        guard scores.count == item.completions.count, !item.good.isEmpty else {
            throw .unsupported(
                "\(item.id) has \(item.completions.count) answers, and \(scores.count) scores.")
        }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        let means = scores.map(\.mean)
        let right = Array(means.prefix(item.good.count))
        let wrong = Array(means.dropFirst(item.good.count))
        self.item = item.id
        good = mean(right)
        bad = wrong.isEmpty ? nil : mean(wrong)
        // Paired by place; of a single good answer, with each bad one.
        let pairs = wrong.indices.map { (right[min($0, right.count - 1)], wrong[$0]) }
        preferred =
            pairs.isEmpty ? nil : mean(pairs.map { $0.0 > $0.1 ? 1 : $0.0 == $0.1 ? 0.5 : 0 })
    }
}
