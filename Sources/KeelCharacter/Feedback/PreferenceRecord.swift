public import KeelLanguage

/// A row of preferences as TRL and `keel train dpo` read it, with all that says why.
public struct PreferenceRecord: Hashable, Sendable, Codable {
    /// What the pair was asked, without a system message.
    public var prompt: [Message]
    /// One turn of the assistant each.
    public var chosen: [Message]
    public var rejected: [Message]
    /// The probability that chosen is better, from 0.5 to 1.
    public var chosenProbability: Double
    /// Where the row comes from.
    public var origin: Origin
    /// The id of the principle or trait; nil of a row that is to change nothing.
    public var principle: String?
    /// The clause's words.
    public var wording: String?
    /// What its log-odds were multiplied with.
    public var strength: Double?
    /// Log-odds of chosen in both orders; nil where nobody compared them.
    public var logOdds: PairScore?
    /// Whether both orders chose the same answer: `agrees`, or `uncertain`.
    public var agreement: Agreement?

    /// How the two answers came about.
    public enum Origin: String, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
        /// Both answers came alike, and a model ranked them.
        case ranked
        /// Chosen was given with the constitution in the prompt, rejected without.
        case prompted
        /// Chosen was given behind a trait and its examples answered well, rejected behind these
        /// answered badly.
        case contrasted
        /// Chosen is what the model made of rejected after its own critique.
        case revised
        /// Two answers alike to a message that the constitution does not touch, as a tie.
        case unrelated
    }

    /// Whether an answer was preferred wherever it stood.
    public enum Agreement: String, Sendable, Codable, CaseIterable { case agrees, uncertain }

    enum CodingKeys: String, CodingKey {
        case prompt, chosen, rejected, origin, principle, wording, strength, agreement
        case chosenProbability = "chosen_probability"
        case logOdds = "log_odds"
    }

    /// A row that nobody compared.
    public init(
        prompt: [Message], chosen: String, rejected: String, probability: Double, origin: Origin
    ) {
        self.prompt = prompt
        self.chosen = [.assistant(chosen)]
        self.rejected = [.assistant(rejected)]
        self.chosenProbability = probability
        self.origin = origin
    }

    /// A pair that a model compared; the answer it prefers is chosen.
    /// - Parameters:
    ///   - prompt: What was asked, without a system message.
    ///   - one: An answer.
    ///   - other: Another one.
    ///   - score: How much `one` is preferred to `other`.
    ///   - criterion: What they were compared by.
    ///   - clamp: Where the probability of the better one is kept.
    public init(
        prompt: [Message], one: String, other: String, score: PairScore,
        by criterion: Criterion, within clamp: ClosedRange<Double> = 0.5...1
    ) {
        let isOne = score.logOdds >= 0
        let score = isOne ? score : score.reversed
        self.init(
            prompt: prompt, chosen: isOne ? one : other, rejected: isOne ? other : one,
            probability: score.probability(strength: criterion.strength, within: clamp),
            origin: .ranked)
        self.principle = criterion.id
        self.wording = criterion.told
        self.strength = criterion.strength
        self.logOdds = score
        self.agreement = score.agrees ? .agrees : .uncertain
    }

    /// Words of chosen less words of rejected.
    public var addedWords: Int {
        func count(_ turns: [Message]) -> Int {
            turns.reduce(0) { $0 + Words($1.content).count }
        }
        return count(chosen) - count(rejected)
    }
}
