internal import KeelStatistics

/// A weighted sum of what several arms were read at, paired by item and seed, with its interval.
public struct LabEffect: Hashable, Sendable, Codable {
    /// One side of a sum, and how it counts.
    public struct Term: Hashable, Sendable, Codable {
        /// 1 or -1 for a plain difference.
        public var weight: Double
        /// Whose readings.
        public var side: Side

        public init(_ weight: Double, _ side: Side) {
            self.weight = weight
            self.side = side
        }
    }

    /// In the order in which they are summed.
    public var terms: [Term]
    /// What was read of each item.
    public var measure: LabMeasure
    /// The sum and its interval of 95 %.
    public var interval: Interval
    /// Two-sided, not adjusted.
    public var pValue: Double
    /// Seeds that all terms have.
    public var seeds: Int
    /// Clusters of items, which are what repeats beside seeds.
    public var clusters: Int
    /// Pairs of an item and a seed.
    public var observations: Int

    /// Nil where an arm was not read, nothing varies, or items are too few.
    package init?(
        _ terms: [Term], _ measure: LabMeasure, in set: ReadingSet, trained: Set<String>
    ) {
        var differences: [CrossedContrast.Difference] = []
        for seed in set.seeds(of: terms.map(\.side)) {
            let sides = terms.map { set.readings($0.side, seed: seed) }
            for (id, item) in set.items where measure.takes(item, trained: trained) {
                var sum = 0.0
                var isComplete = true
                for (term, readings) in zip(terms, sides) {
                    guard let value = readings?[id].flatMap(measure.value) else {
                        isComplete = false
                        break
                    }
                    sum += term.weight * value
                }
                guard isComplete else { continue }
                differences.append(
                    CrossedContrast.Difference(
                        cluster: item.cluster, repetition: "\(seed)",
                        stratum: item.kind.rawValue, value: sum))
            }
        }
        // Sums must not depend on the order in which a dictionary happens to be.
        differences.sort {
            ($0.stratum, $0.cluster, $0.repetition, $0.value)
                < ($1.stratum, $1.cluster, $1.repetition, $1.value)
        }
        let weights = Dictionary(
            measure.weights.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { $0 + $1 })
        guard let contrast = try? CrossedContrast(differences, weights: weights) else {
            return nil
        }
        self.terms = terms
        self.measure = measure
        let estimate = contrast.estimate
        interval = Interval(
            estimate.value, low: estimate.interval.lowerBound,
            high: estimate.interval.upperBound)
        pValue = contrast.pValue
        seeds = contrast.repetitions
        clusters = estimate.clusters
        observations = estimate.observations
    }

    /// As it was measured, for reports and tests.
    public init(
        terms: [Term], measure: LabMeasure, interval: Interval, pValue: Double, seeds: Int,
        clusters: Int, observations: Int
    ) {
        self.terms = terms
        self.measure = measure
        self.interval = interval
        self.pValue = pValue
        self.seeds = seeds
        self.clusters = clusters
        self.observations = observations
    }
}
