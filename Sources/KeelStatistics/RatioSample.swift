/// Amounts against exposures in clusters: a counter's hits against the tokens of each answer.
public struct RatioSample: Hashable, Sendable {
    public let numerators: ClusteredSample
    public let denominators: ClusteredSample

    /// Pairs each amount with its exposure.
    /// - Throws: `StatisticsError.lengthsDiffer` where the two differ in shape; `.outOfRange` for
    ///   an exposure below 0, or a total exposure of 0.
    public init(
        numerators: ClusteredSample, denominators: ClusteredSample
    ) throws(StatisticsError) {
        try requireSameCount(
            numerators.clusters.count, "clusters of numerators",
            denominators.clusters.count, "clusters of denominators")
        for (index, (above, below)) in zip(numerators.clusters, denominators.clusters).enumerated()
        {
            try requireSameCount(
                above.count, "numerators in cluster \(index)",
                below.count, "denominators in cluster \(index)")
            if let value = below.first(where: { $0 < 0 }) {
                throw .outOfRange(
                    name: "denominator in cluster \(index)", value: value, expected: "at least 0")
            }
        }
        try requirePositive(denominators.totals.reduce(0, +), "sum of the denominators")
        self.numerators = numerators
        self.denominators = denominators
    }

    private var linearized: LinearizedRatio {
        LinearizedRatio(numerators: numerators.totals, denominators: denominators.totals)
    }

    /// The ratio of the sums, times `scale`, with a linearised clustered error and a t interval.
    ///
    /// `r = Σy/Σx` and `SE² = C/(C−1) · Σ_c (y_c − r x_c)² / (Σx)²` over cluster totals
    /// (Cochran 1977, chapter 6), with `C − 1` degrees of freedom. For counts, which may be few or
    /// none, use `countRate`.
    /// - Throws: `StatisticsError.noVariation` when all clusters have the same ratio;
    ///   `.outOfRange` for the scale or level.
    public func ratio(
        per scale: Double = 1, level: Double = 0.95
    ) throws(StatisticsError) -> Estimate {
        try requirePositive(scale, "scale")
        let ratio = linearized
        return try .student(
            value: ratio.value * scale, influences: ratio.influences.map { $0 * scale },
            scale: ratio.scale * scale, level: level, observations: numerators.observations,
            what: "The ratio",
            remedy: "report the value without an interval, or use the count rate for counts")
    }

    /// The number of events per `scale` units of exposure, with a score interval that holds at 0.
    ///
    /// The Poisson counterpart of `ClusteredSample.rate`: the values `λ` with
    /// `(r − λ)² <= t² λ D / Σx`, where `t` is Student's with `C − 1` degrees of freedom and the
    /// dispersion `D` is the clustered variance over the Poisson variance `r/Σx`, held at 1 or
    /// more. Without any event clumping cannot be seen: `D` is taken as 1, and the upper bound
    /// assumes that events would come singly.
    /// - Throws: `StatisticsError.outOfRange` for counts below 0, the scale or the level.
    public func countRate(
        per scale: Double = 1, level: Double = 0.95
    ) throws(StatisticsError) -> Estimate {
        try requirePositive(scale, "scale")
        for (index, cluster) in numerators.clusters.enumerated() {
            if let value = cluster.first(where: { $0 < 0 }) {
                throw .outOfRange(
                    name: "count in cluster \(index)", value: value, expected: "at least 0")
            }
        }
        let ratio = linearized
        let clusters = numerators.clusters.count
        let variance = clusteredCovariance(ratio.influences, ratio.influences)
        let poissonVariance = ratio.value / denominators.totals.reduce(0, +)
        let dispersion = poissonVariance > 0 ? max(1, variance / poissonVariance) : 1
        let t = try Estimate.criticalValue(level: level, clusters: clusters)
        let half = t * t * dispersion / (2 * denominators.totals.reduce(0, +))
        let margin = (half * (2 * ratio.value + half)).squareRoot()
        let upper = (ratio.value + half + margin) * scale
        guard upper.isFinite else { throw .overflow }
        return Estimate(
            value: ratio.value * scale, standardError: variance.squareRoot() * scale,
            interval: max(0, ratio.value + half - margin) * scale...upper,
            level: level, observations: numerators.observations, clusters: clusters)
    }
}
