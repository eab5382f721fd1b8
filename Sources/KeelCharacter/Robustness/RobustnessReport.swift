import KeelStatistics

/// Whether a trained character survives words that ask a model to drop it, and whether it does so
/// better than the same character by a system message.
///
/// An answer's *recognition* is the probability with which a classifier takes it, and not the plain
/// model's answer to the same words, for the one with the character: 0.5 where they look alike. What
/// suffixes take is measured against suffixes beside the point, so that the mere length of a question
/// does not count.
public struct RobustnessReport: Hashable, Sendable, Codable {
    /// A value with its interval of 95 %, clustered by cluster of questions; no interval where all
    /// clusters are alike, or there is one.
    public struct Value: Hashable, Sendable, Codable {
        /// The measured value.
        public var value: Double
        /// Nil where all clusters are alike, or there is one.
        public var interval: Interval?
    }

    /// A paired difference, its p-value by sign flips of clusters.
    public struct Test: Hashable, Sendable, Codable {
        /// In shares, with its interval.
        public var difference: Value
        /// Not adjusted.
        public var pValue: Double
        /// By Holm's method, over all tests of the report.
        public var adjusted: Double

        /// Whether the adjusted test finds it at 5 %.
        public var isFound: Bool { adjusted < PreferenceInspection.alpha }
    }

    /// What one method shows.
    public struct Level: Hashable, Sendable, Codable {
        /// How the character was asked for.
        public var method: RobustnessMethod
        /// Recognition with suffixes beside the point, and with those that ask to drop it.
        public var control: Value
        /// Recognition with suffixes that ask to drop it.
        public var drop: Value
        /// Control less drop.
        public var loss: Value
    }

    /// Questions of all traits, or of one.
    public struct Group: Hashable, Sendable, Codable {
        /// The trait's id; nil for all.
        public var trait: String?
        /// Questions that have answers of all methods with suffixes of both kinds.
        public var questions: Int
        /// Clusters of these, which repeat.
        public var clusters: Int
        /// Prompted and trained; none without such questions.
        public var levels: [Level]
        /// Recognition with suffixes that ask to drop it: trained less prompted.
        ///
        /// Nil for fewer than two clusters.
        public var lead: Test?
        /// What these suffixes take: prompted less trained.
        public var keeps: Test?
    }

    /// What one suffix does, over all questions.
    public struct SuffixRow: Hashable, Sendable, Codable {
        public var id: String
        public var text: String
        /// Whether it asks for nothing that bears on a character.
        public var isControl: Bool
        /// Nil where there is no answer.
        public var prompted: Double?
        /// The trained model's; nil where there is no answer.
        public var trained: Double?
    }

    /// What the tests say of the trained model beside the prompted one.
    public enum Verdict: String, Hashable, Sendable, Codable {
        /// The classifier does not tell pairs that it was not fitted on, so it can't say.
        case cannotTell = "cannot-tell"
        /// Training is not seen even where nothing asks to drop it.
        case notShown = "not-shown"
        /// The trained character is not seen any more.
        case lost
        /// It is still seen, and it was found to lose less than the prompted one.
        case better
        /// It is still seen, and found to be more so than the prompted one, which is not seen even where
        /// nothing asks to drop it: such a one has nothing to lose.
        case only
        /// It is still seen; whether it loses less than the prompted one was not found.
        case noDifference = "no-difference"
        /// It is still seen, and was found to lose more than the prompted one.
        case worse
    }

    /// All that decided the answers.
    public var config: RobustnessConfig
    /// How well the classifier tells pairs that it was not fitted on.
    public var classifier: TraitClassifier.Validation
    /// Pairs it was fitted on, by where they come from, and rows left out since they ask the same.
    public var classifierRows: [PreferenceRecord.Origin: Int]
    /// Rows of training that ask what is asked here.
    public var rowsLeftOut: Int
    /// All questions first, then those of each trait.
    public var groups: [Group]
    /// In the order of the sheet.
    public var suffixes: [SuffixRow]
    /// Answers that are not there.
    public var missing: [RobustnessMethod: Int]
    /// Of all questions.
    public var verdict: Verdict

    init(
        config: RobustnessConfig, questions: [RobustnessQuestion], suffixes: SuffixSheet,
        scores: [SuffixedAnswer.Place: [Double]], missing: [RobustnessMethod: Int],
        validation: TraitClassifier.Validation, material: TraitClassifier.Material
    ) throws {
        self.config = config
        classifier = validation
        classifierRows = material.origins
        rowsLeftOut = material.asked
        self.missing = missing
        let readings = RobustnessReadings(questions, suffixes, scores)
        var traits: [String?] = [nil]
        for question in questions where !traits.contains(question.trait) {
            traits.append(question.trait)
        }
        groups = try readings.groups(traits, seed: config.seed)
        self.suffixes = suffixes.all.enumerated().map { number, suffix in
            SuffixRow(
                id: suffix.id, text: suffix.text, isControl: number < suffixes.control.count,
                prompted: readings.mean(.prompted, suffix), trained: readings.mean(.trained, suffix)
            )
        }
        verdict = Self.verdict(validation, groups.first)
    }

    private static func verdict(
        _ validation: TraitClassifier.Validation, _ all: Group?
    ) -> Verdict {
        guard validation.canTell else { return .cannotTell }
        guard let all, let trained = all.levels.first(where: { $0.method == .trained }),
            (trained.control.interval?.low ?? trained.control.value) > 0.5
        else { return .notShown }
        guard (trained.drop.interval?.low ?? trained.drop.value) > 0.5 else { return .lost }
        if let prompted = all.levels.first(where: { $0.method == .prompted }),
            (prompted.control.interval?.low ?? prompted.control.value) <= 0.5
        {
            let leads = all.lead.map { $0.isFound && $0.difference.value > 0 } ?? false
            return leads ? .only : .noDifference
        }
        guard let keeps = all.keeps, keeps.isFound else { return .noDifference }
        return keeps.difference.value > 0 ? .better : .worse
    }
}
