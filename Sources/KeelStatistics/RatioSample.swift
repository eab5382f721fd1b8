/// Amounts against exposures in clusters: a counter's hits against the tokens of each answer.
public struct RatioSample: Hashable, Sendable {
    /// Amounts, such as hits.
    public let numerators: ClusteredSample
    /// Exposures of the same shape, such as tokens; none is below 0, and not all are 0.
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

    var linearized: LinearizedRatio {
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

    /// The number of events per `scale` units of exposure, with an interval that holds at 0.
    ///
    /// The counterpart of `ClusteredSample.rate`: the equal-tailed posterior interval of a
    /// gamma-Poisson model, integrated over the clumping of events within clusters, whose unit is
    /// the mean exposure of one observation. In simulations with 8 to 16 clusters it covered 93 to
    /// 99 %; a score interval with the estimated dispersion, which stood here before, 81 to 99 %.
    /// - Throws: `StatisticsError.outOfRange` for counts below 0, counts without exposure, the
    ///   scale or the level.
    public func countRate(
        per scale: Double = 1, level: Double = 0.95
    ) throws(StatisticsError) -> Estimate {
        try requirePositive(scale, "scale")
        try requireFraction(level, "confidence level")
        var events: [Double] = []
        var exposures: [Double] = []
        let unit = denominators.totals.reduce(0, +) / Double(denominators.observations)
        for (index, cluster) in numerators.clusters.enumerated() {
            if let value = cluster.first(where: { $0 < 0 }) {
                throw .outOfRange(
                    name: "count in cluster \(index)", value: value, expected: "at least 0")
            }
            let count = cluster.reduce(0, +)
            let exposure = denominators.clusters[index].reduce(0, +) / unit
            if exposure > 0 {
                events.append(count)
                exposures.append(exposure)
            } else if count > 0 {
                throw .outOfRange(
                    name: "count in cluster \(index)", value: count,
                    expected: "0, since the cluster has no exposure")
            }
        }
        let ratio = linearized
        let interval = ClusterRatePosterior.count(events: events, exposures: exposures)
            .interval(level: level)
        let lower = ratio.value == 0 ? 0 : min(ratio.value, interval.lowerBound / unit)
        let upper = max(ratio.value, interval.upperBound / unit) * scale
        guard upper.isFinite else { throw .overflow }
        return Estimate(
            value: ratio.value * scale,
            standardError: clusteredCovariance(ratio.influences, ratio.influences).squareRoot()
                * scale,
            interval: lower * scale...upper, level: level,
            observations: numerators.observations, clusters: numerators.clusters.count)
    }
}
