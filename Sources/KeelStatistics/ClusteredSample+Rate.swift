extension ClusteredSample {
    /// The share of ones among zeros and ones, with Wilson's interval at the effective sample size.
    ///
    /// The design effect is the clustered variance over that of independent trials,
    /// `D = SE² / (p(1−p)/n)`, held at 1 or more; Wilson's formula is then used with `n/D` trials
    /// and, because `D` is itself estimated, Student's t with `C − 1` degrees of freedom for z
    /// (Korn and Graubard 1998; Franco et al. 2019). Where all values are equal nothing is known of
    /// `D`, and each cluster counts as one trial, its worst case. The interval is never a point and
    /// never leaves 0...1. `standardError` is the clustered one, so it is 0 at rates of 0 and 1.
    /// - Throws: `StatisticsError.notBinary`; `.outOfRange` for the level.
    public func rate(level: Double = 0.95) throws(StatisticsError) -> Estimate {
        for (index, cluster) in clusters.enumerated() {
            if let value = cluster.first(where: { $0 != 0 && $0 != 1 }) {
                throw .notBinary(value: value, cluster: index)
            }
        }
        let mean = linearizedMean
        let n = Double(observations)
        let variance = clusteredCovariance(mean.influences, mean.influences)
        let binomialVariance = mean.value * (1 - mean.value) / n
        let effectiveTrials =
            binomialVariance > 0
            ? n / max(1, variance / binomialVariance) : Double(clusters.count)
        return Estimate(
            value: mean.value, standardError: variance.squareRoot(),
            interval: Proportion.scoreInterval(
                rate: mean.value, trials: effectiveTrials,
                criticalValue: try Estimate.criticalValue(level: level, clusters: clusters.count)),
            level: level, observations: observations, clusters: clusters.count)
    }
}
