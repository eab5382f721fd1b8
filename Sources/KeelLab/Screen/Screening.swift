internal import KeelStatistics

/// What projection difference says of rows before anything is trained on them.
///
/// Which are bad, and how many: every number is of a domain that neither direction, layer nor threshold was found on.
public struct Screening: Hashable, Sendable, Codable {
    /// One domain held out.
    public struct Domain: Hashable, Sendable, Codable {
        public var domain: String
        /// The layer that tells best in the validation rows of the other domains.
        public var layer: Int
        /// Areas under the curve: all rows, and each stance alone; nil with fewer than two of a kind.
        public var auroc: Double
        public var usual: Double?
        public var reversed: Double?
        /// The same of surprise alone, the cheap score to beat.
        public var surprise: Double?
        /// Share of good rows flagged, and of bad ones, by the threshold that flags 5 % of the good
        /// validation rows of the other domains.
        public var falseAlarms: Double
        public var found: Double
        /// True share of bad rows in mixtures: whole rows, at least one, so of few rows more than `mixed`.
        public var share: Double
        /// Mean estimate of it over mixtures, and the mean distance from it.
        public var estimated: Double
        public var shareError: Double
    }

    public var domains: [Domain]
    /// Mean over domains, which are what repeats; nil where all are alike or there are too few.
    public var auroc: Interval?
    public var surprise: Interval?
    /// Share of bad rows that is meant in mixtures.
    public static let mixed = 0.05
    static let mixtures = 200

    /// - Parameters:
    ///   - table: Rows of at least three domains, with train, validation and test rows of each.
    ///   - seed: Of the mixtures.
    /// - Throws: `LabError.unsupported` where a split has no rows.
    package init(_ table: FeatureTable, seed: UInt64) throws(LabError) {
        domains = []
        for domain in Set(table.rows.map(\.domain)).sorted() {
            let fold = try ScreenFold(table, heldOut: domain)
            var random = SeededGenerator(seed: seed)
            domains.append(fold.measured(using: &random))
        }
        auroc = Interval(meanOf: domains.map { [$0.auroc] })
        let surprises = domains.compactMap(\.surprise)
        surprise = Interval(meanOf: surprises.map { [$0] })
    }
}

/// A number with its 95 % interval.
public struct Interval: Hashable, Sendable, Codable {
    public var value: Double
    public var low: Double
    public var high: Double

    public init(_ value: Double, low: Double, high: Double) {
        (self.value, self.low, self.high) = (value, low, high)
    }

    /// Mean over clusters; nil where there are too few, or all are alike.
    init?(meanOf clusters: [[Double]]) {
        guard let estimate = try? ClusteredSample(clusters).mean() else { return nil }
        self.init(
            estimate.value, low: estimate.interval.lowerBound, high: estimate.interval.upperBound)
    }
}
