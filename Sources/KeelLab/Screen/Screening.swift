internal import KeelStatistics

/// What projection difference says of rows before anything is trained on them.
///
/// Which are bad, and how many: every number is of a domain that neither score, layer nor threshold was found
/// on. The score is the mean difference of wrong and right answers, whitened where that tells more in rows of
/// other topics.
public struct Screening: Hashable, Sendable, Codable {
    /// One domain held out.
    public struct Domain: Hashable, Sendable, Codable {
        /// The one whose rows were tested.
        public var domain: String
        /// Layer and kind of the score that tells best in the validation rows of the other domains.
        public var layer: Int
        /// Name of the kind of score.
        public var score: String
        /// Areas under the curve: wrong rows against right ones of the domain, and against right rows of all
        /// domains; nil with fewer than two of a kind.
        public var auroc: Double
        /// Against right rows of all domains; nil with fewer than two of a kind.
        public var among: Double?
        /// The same as `auroc` by the mean difference alone (projection difference).
        public var projection: Double?
        /// Each stance alone.
        public var usual: Double?
        /// Of reversed advice alone.
        public var reversed: Double?
        /// Of surprise alone, the cheap score to beat.
        public var surprise: Double?
        /// Share of good rows flagged, and of bad ones, by the threshold that flags 5 % of the good
        /// validation rows of the other domains.
        public var falseAlarms: Double
        /// Share of bad rows flagged.
        public var found: Double
        /// Bad rows mixed into right ones of the same domain, and into those of all domains.
        public var own: Mixture
        /// Among right rows of all domains.
        public var mixed: Mixture
    }

    /// How well the share of bad rows is estimated in sets of which `mixed` is bad.
    public struct Mixture: Hashable, Sendable, Codable {
        /// Of a set.
        public var rows: Int
        /// The true share: whole rows, at least one, so of few rows more than `mixed`.
        public var share: Double
        /// Mean estimate over sets, and the mean distance from the true share.
        public var estimated: Double
        /// Mean distance of the estimate from the true share.
        public var error: Double
    }

    /// In the order of their names.
    public var domains: [Domain]
    /// Means over domains, which are what repeats; nil where all are alike or there are too few.
    public var auroc: Interval?
    /// The same against right rows of all domains.
    public var among: Interval?
    /// Of the mean difference alone.
    public var projection: Interval?
    /// Of surprise alone.
    public var surprise: Interval?
    /// Of the errors of the estimated share, among rows of all domains.
    public var error: Interval?
    /// Share of bad rows that is meant in mixtures.
    public static let mixed = 0.05
    static let mixtures = 200

    /// - Parameters:
    ///   - table: Rows of at least three domains, with train, validation and test rows of each.
    ///   - seed: Of the mixtures.
    /// - Throws: `LabError.unsupported` where a split has no rows.
    package init(_ table: FeatureTable, seed: UInt64) throws(LabError) {
        var folds: [ScreenFold] = []
        for domain in Set(table.rows.map(\.domain)).sorted() {
            folds.append(try ScreenFold(table, heldOut: domain))
        }
        self.init(folds, seed: seed)
    }

    init(_ folds: [ScreenFold], seed: UInt64) {
        let measured = folds.map { fold in
            var random = SeededGenerator(seed: seed)
            return fold.measured(using: &random)
        }
        func mean(_ value: (Domain) -> Double?) -> Interval? {
            Interval(meanOf: measured.compactMap(value).map { [$0] })
        }
        domains = measured
        auroc = mean { $0.auroc }
        among = mean { $0.among }
        projection = mean { $0.projection }
        surprise = mean { $0.surprise }
        error = mean { $0.mixed.error }
    }
}

/// A number with its 95 % interval.
public struct Interval: Hashable, Sendable, Codable {
    /// The value itself, inside the interval.
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
