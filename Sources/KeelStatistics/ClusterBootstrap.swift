/// Intervals for any statistic of clustered data, by drawing whole clusters with replacement.
///
/// For means, rates and ratios prefer their own intervals, which cover as well or better and
/// need no random numbers. The interval is the bias-corrected and accelerated one (BCa, Efron 1987)
/// with normal quantiles widened from z to `√(C/(C−1)) · t` (Hesterberg 2015): on beta-binomial
/// data with 12 clusters and a rate of 0.3, the 95 % interval covered 95.6 %, against 93.4 % for
/// plain BCa and 92.0 % for percentiles.
public struct ClusterBootstrap: Hashable, Sendable {
    /// Clusters of the data, at least 2; each resample draws as many.
    public let clusters: Int
    /// At least 100.
    public let resamples: Int
    /// Level of intervals, between 0 and 1.
    public let level: Double

    /// Plans a bootstrap over `clusters` clusters.
    /// - Throws: `StatisticsError.tooFewClusters`; `.outOfRange` for fewer than 100 resamples, or
    ///   the level.
    public init(
        clusters: Int, resamples: Int = 2000, level: Double = 0.95
    ) throws(StatisticsError) {
        guard clusters > 1 else { throw .tooFewClusters(count: clusters) }
        guard resamples >= 100 else {
            throw .outOfRange(
                name: "number of resamples", value: Double(resamples), expected: "at least 100")
        }
        try requireFraction(level, "confidence level")
        self.clusters = clusters
        self.resamples = resamples
        self.level = level
    }

    /// Estimates a statistic and its error.
    /// - Parameters:
    ///   - observations: How many observations all clusters hold together, for the report.
    ///   - generator: Where the random draws come from.
    ///   - statistic: The statistic of the clusters with these indices, which may repeat.
    /// - Returns: The statistic on the data, with the error and the interval of its draws.
    /// - Throws: `StatisticsError.notFinite` when the statistic is not finite on the data or a
    ///   resample; `.noVariation` when it is the same on all resamples.
    public func estimate(
        observations: Int, using generator: inout some RandomNumberGenerator,
        of statistic: (_ clusters: [Int]) -> Double
    ) throws(StatisticsError) -> Estimate {
        let value = statistic(Array(0..<clusters))
        var draws: [Double] = []
        draws.reserveCapacity(resamples)
        for _ in 0..<resamples {
            var indices: [Int] = []
            for _ in 0..<clusters {
                indices.append(Int(generator.next(upperBound: UInt(clusters))))
            }
            draws.append(statistic(indices))
        }
        let jackknife = (0..<clusters).map { left in
            statistic((0..<clusters).filter { $0 != left })
        }
        try requireFinite([value], "statistic")
        try requireFinite(draws, "statistic of the resample")
        try requireFinite(jackknife, "statistic without the cluster")
        draws.sort()
        guard let first = draws.first, let last = draws.last, first < last else {
            throw .noVariation(
                what: "The statistic", remedy: "report the value without an interval")
        }

        let mean = draws.reduce(0, +) / Double(resamples)
        let squares = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let (low, high) = try acceleratedLevels(draws: draws, value: value, jackknife: jackknife)
        let lower = quantile(low, of: draws)
        return Estimate(
            value: value, standardError: (squares / Double(resamples - 1)).squareRoot(),
            interval: lower...max(lower, quantile(high, of: draws)), level: level,
            observations: observations, clusters: clusters)
    }

    /// The levels of the two quantiles, corrected for bias and skewness (Efron 1987).
    private func acceleratedLevels(
        draws: [Double], value: Double, jackknife: [Double]
    ) throws(StatisticsError) -> (Double, Double) {
        // Ties count half, so that a lattice of values brings no bias of its own.
        let below = draws.reduce(0) { $0 + ($1 < value ? 1 : $1 == value ? 0.5 : 0) }
        let edge = 0.5 / Double(resamples)
        let bias = try NormalDistribution.quantile(
            min(1 - edge, max(edge, below / Double(resamples))))
        let centre = jackknife.reduce(0, +) / Double(clusters)
        let deviations = jackknife.map { centre - $0 }
        let second = deviations.reduce(0) { $0 + $1 * $1 }
        let third = deviations.reduce(0) { $0 + $1 * $1 * $1 }
        let acceleration = second > 0 ? third / (6 * second * second.squareRoot()) : 0
        let widening = (Double(clusters) / Double(clusters - 1)).squareRoot()
        let z = try widening * Estimate.criticalValue(level: level, clusters: clusters)
        func corrected(_ z: Double) -> Double {
            // Where the correction has its pole, the quantile is the outermost draw.
            let stretch = 1 - acceleration * (bias + z)
            guard stretch > 0 else { return z > 0 ? 1 : 0 }
            return NormalDistribution.cdf(bias + (bias + z) / stretch)
        }
        return (corrected(-z), corrected(z))
    }

    /// The quantile of sorted values, with linear interpolation.
    private func quantile(_ level: Double, of sorted: [Double]) -> Double {
        let position = level * Double(sorted.count - 1)
        let index = min(Int(position), sorted.count - 2)
        let fraction = position - Double(index)
        return sorted[index] + fraction * (sorted[index + 1] - sorted[index])
    }
}
