import Foundation
public import KeelLanguage

/// All that decides what data a constitution becomes; `config.json` of a job's folder.
public struct CharacterConfig: Hashable, Sendable, Codable {
    /// How chosen and rejected answers differ.
    public enum Arm: String, Codable, Sendable, CaseIterable {
        /// Both are drawn alike, and a model ranks them by the trait.
        case ranked
        /// Chosen is answered with the constitution in the prompt, rejected without.
        case prompted
        /// Chosen is answered behind the message's trait and its examples answered well, rejected
        /// behind these answered badly (contrastive distillation, Yang 2023, arXiv 2307.12950).
        case contrasted
        /// Chosen is what the model makes of rejected after its own critique by a principle.
        case revised
    }

    /// What answers are ranked by in the ranked arm.
    public enum Ranking: String, Codable, Sendable, CaseIterable {
        /// The trait of the message.
        case trait
        /// A principle, drawn for each pair.
        case principle
    }

    /// A model that did a part of the work.
    public struct Part: Hashable, Sendable, Codable {
        /// As it was asked for: a path, an alias or an address.
        public var name: String
        /// Hashes of its files, or what its server says.
        public var facts: [String: String]

        public init(name: String, facts: [String: String] = [:]) {
            self.name = name
            self.facts = facts
        }
    }

    /// Name of the constitution.
    public var constitution: String
    /// The version that it says it is.
    public var constitutionVersion: String
    /// Digest of the whole constitution.
    public var constitutionFingerprint: String
    /// How pairs of answers come about.
    public var arm = Arm.ranked
    /// What the better answer is told by.
    public var rankedBy = Ranking.trait
    /// How a preference is read off the ranker.
    public var reading = PairReading.letters
    /// Who writes the messages, answers them, and ranks the answers.
    public var writer: Part
    /// Who answers.
    public var model: Part
    /// Who ranks.
    public var ranker: Part
    /// Messages wanted of each trait, its own ones included.
    public var messages = 24
    /// Messages that are written for each that is wanted, since some are dropped.
    public var candidates = 3
    /// The greatest share of a message's words that may stand in an earlier one.
    public var greatestOverlap = 0.5
    /// Answers to each message, 2 to 16; in the prompted arm, so many of either side.
    public var answers = 4
    /// How often an answer is revised in the revised arm, 1 to 8, each time by a principle drawn
    /// anew.
    public var revisions = 1
    /// How many times as many words the longer answer of a pair may have.
    public var greatestLengthRatio = 1.5
    /// The greatest probability with which an answer may be chosen, above 0.5 and at most 1.
    public var greatestProbability = 1.0
    /// Whether pairs are left out whose two orders disagree.
    public var onlyAgreeing = false
    /// The share of rows whose messages the constitution does not touch.
    public var unrelatedShare = 0.2
    /// A digest of the unrelated messages that are drawn from.
    public var unrelatedFingerprint: String
    /// A system message under which all answers are given, chosen and rejected alike, such as how long
    /// they are to be; rows do not have it.
    public var manner: String?
    /// How messages are drawn.
    public var writing = SamplingOptions(temperature: 1, topP: 0.95, maxTokens: 96)
    /// How answers are drawn.
    public var sampling = SamplingOptions(temperature: 1, topP: 0.95, maxTokens: 128)
    /// Decides all that is drawn.
    public var seed: UInt64 = 0
    /// The versions of the words in which models are asked.
    public var words = "\(MessageRequest.version).\(FeedbackQuestion.version).\(Revision.version)"

    public init(
        _ constitution: Constitution, writer: Part, model: Part, ranker: Part,
        unrelated: [String] = []
    ) {
        self.constitution = constitution.name
        constitutionVersion = constitution.version
        constitutionFingerprint = constitution.fingerprint
        self.writer = writer
        self.model = model
        self.ranker = ranker
        unrelatedFingerprint = Digest.hexadecimal(of: unrelated)
    }

    /// - Throws: `CharacterError.setting` for the first that is out of its range;
    ///   `LanguageError.invalidOption`.
    public func validate() throws {
        func check(_ holds: Bool, _ name: String, _ value: Any, _ range: String) throws {
            if !holds {
                throw CharacterError.setting(name: name, value: "\(value)", expected: range)
            }
        }
        try check((1...10_000).contains(messages), "messages", messages, "from 1 to 10,000")
        try check((1...100).contains(candidates), "candidates", candidates, "from 1 to 100")
        try check((2...16).contains(answers), "answers", answers, "from 2 to 16")
        try check((1...8).contains(revisions), "revisions", revisions, "from 1 to 8")
        try check(
            (0...1).contains(greatestOverlap), "overlap", greatestOverlap, "from 0 to 1")
        try check(
            greatestLengthRatio >= 1 && greatestLengthRatio.isFinite, "length-ratio",
            greatestLengthRatio, "a number of at least 1")
        try check(
            greatestProbability > 0.5 && greatestProbability <= 1, "clamp", greatestProbability,
            "above 0.5 and at most 1")
        try check(
            (0...0.99).contains(unrelatedShare), "unrelated-share", unrelatedShare,
            "from 0 to 0.99")
        try check(
            manner.map { !$0.trimmed.isEmpty } ?? true, "manner", "empty",
            "a sentence, or left out")
        try writing.validate()
        try sampling.validate()
    }

    var clamp: ClosedRange<Double> { 0.5...greatestProbability }

    /// What the answers of a row are given behind.
    var sides: (chosen: AnswerSide, rejected: AnswerSide) {
        switch arm {
        case .ranked, .revised: (.plain, .plain)
        case .prompted: (.prompted, .plain)
        case .contrasted: (.keeping, .breaking)
        }
    }

    /// The most rows that a trait's message gives.
    var rowsPerMessage: Int { arm == .ranked ? 1 : answers }

    /// The probability of a pair that nobody compared: as sure as is allowed, its log-odds times the
    /// strength of the clause.
    func probability(strength: Double) -> Double {
        if strength == 0 { return 0.5 }
        if strength >= 1 || greatestProbability == 1 { return greatestProbability }
        let logOdds = log(greatestProbability / (1 - greatestProbability))
        return 1 / (1 + exp(-strength * logOdds))
    }
}
