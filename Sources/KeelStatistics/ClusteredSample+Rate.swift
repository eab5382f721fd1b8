import Foundation

extension ClusteredSample {
    /// The share of ones among zeros and ones, with an interval that knows of clusters.
    ///
    /// The interval is the equal-tailed posterior one of a beta-binomial model, integrated over the
    /// correlation within clusters. It is never a point, never leaves 0...1, and reaches 0 or 1
    /// where all values are equal. `standardError` is the clustered one of the mean, so it is 0 at
    /// rates of 0 and 1.
    ///
    /// In simulations with 8 to 16 clusters it covered 93 to 99 %. Wilson's interval at the
    /// effective sample size (Korn and Graubard 1998), which stood here before, covered 87 to 99 %:
    /// where few clusters have an event, the design effect is judged too small.
    /// - Throws: `StatisticsError.notBinary`; `.outOfRange` for the level.
    public func rate(level: Double = 0.95) throws(StatisticsError) -> Estimate {
        try requireFraction(level, "confidence level")
        for (index, cluster) in clusters.enumerated() {
            if let value = cluster.first(where: { $0 != 0 && $0 != 1 }) {
                throw .notBinary(value: value, cluster: index)
            }
        }
        let mean = linearizedMean
        let interval = ClusterRatePosterior.share(successes: totals, trials: counts)
            .interval(level: level)
        return Estimate(
            value: mean.value,
            standardError: clusteredCovariance(mean.influences, mean.influences).squareRoot(),
            interval: mean.value == 0
                ? 0...interval.upperBound
                : mean.value == 1
                    ? interval.lowerBound...1
                    : min(mean.value, interval.lowerBound)...max(mean.value, interval.upperBound),
            level: level, observations: observations, clusters: clusters.count)
    }

    /// The mean of magnitudes, such as sizes of differences, with an interval that stays above 0.
    ///
    /// The t interval of `mean`, taken on the logarithm of the mean by the delta method:
    /// `ln m ± t · SE/m`. Magnitudes are skewed, and so are the errors of their mean; on the
    /// logarithm they are less so.
    /// - Throws: `StatisticsError.outOfRange` for a value below 0 or the level; `.noVariation` as
    ///   `mean`, and where all values are 0.
    public func magnitude(level: Double = 0.95) throws(StatisticsError) -> Estimate {
        for (index, cluster) in clusters.enumerated() {
            if let value = cluster.first(where: { $0 < 0 }) {
                throw .outOfRange(
                    name: "magnitude in cluster \(index)", value: value, expected: "at least 0")
            }
        }
        let mean = try mean(level: level)
        let t = try Estimate.criticalValue(level: level, clusters: clusters.count)
        let factor = exp(t * mean.standardError / mean.value)
        guard (mean.value * factor).isFinite else { throw .overflow }
        return Estimate(
            value: mean.value, standardError: mean.standardError,
            interval: mean.value / factor...mean.value * factor, level: level,
            observations: observations, clusters: clusters.count)
    }
}
