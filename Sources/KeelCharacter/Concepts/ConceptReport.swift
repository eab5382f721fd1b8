import KeelStatistics

/// How well a grader built from a concept sheet tells labelled cases apart, and where the sheet is
/// unclear.
public struct ConceptReport: Hashable, Sendable, Codable {
    /// A case that people have labelled, and what the grader gave it.
    public struct Case: Hashable, Sendable, Codable {
        /// Where it stands, such as `cases.jsonl:3`.
        public var place: String
        /// What was graded.
        public var text: String
        /// What a person said of it.
        public var holds: Bool
        /// Log-odds, in nats.
        public var score: Double

        public init(place: String, text: String, holds: Bool, score: Double) {
            self.place = place
            self.text = text
            self.holds = holds
            self.score = score
        }
    }

    /// A case and the share of the other kind's that it stands on the right side of.
    public struct Placed: Hashable, Sendable, Codable {
        /// The case itself.
        public var labelled: Case
        /// From 0, the wrong side of all of them, to 1.
        public var placement: Double
    }

    /// Name of the concept.
    public var concept: String
    /// The model that graded; nil where it was not named.
    public var grader: String?
    /// All that were graded.
    public var cases: Int
    /// Cases with the property.
    public var holding: Int
    /// The probability that a case with the property scores above one without; 0.5 is chance.
    public var separation: Interval
    /// Shares of cases with and without the property that the sign of the score gets right.
    public var sensitivity: Double
    public var specificity: Double
    /// Cases that stand on the wrong side of some of the other kind, the worst first: where the sheet,
    /// the grader or the label is unclear.
    public var unclear: [Placed]

    /// - Throws: `StatisticsError.tooFewClusters` with fewer than two cases of either kind.
    public init(_ concept: String, _ cases: [Case], grader: String? = nil) throws {
        let positives = cases.filter(\.holds)
        let negatives = cases.filter { !$0.holds }
        let separation = try RankSeparation(
            positives: positives.map(\.score), negatives: negatives.map(\.score))
        self.concept = concept
        self.grader = grader
        self.cases = cases.count
        holding = positives.count
        self.separation = Interval(separation.area)
        sensitivity = Double(positives.count { $0.score > 0 }) / Double(positives.count)
        specificity = Double(negatives.count { $0.score <= 0 }) / Double(negatives.count)
        let placed =
            zip(positives, separation.positivePlacements).map(Placed.init)
            + zip(negatives, separation.negativePlacements).map(Placed.init)
        unclear = placed.filter { $0.placement < 1 }.sorted { $0.placement < $1.placement }
    }
}
