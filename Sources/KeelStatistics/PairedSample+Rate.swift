extension PairedSample {
    /// The candidate's rate minus the baseline's, with an interval that holds near 0 and 1.
    ///
    /// The intervals of the two rates (`ClusteredSample.rate`) are combined with their clustered
    /// correlation (Newcombe 1998; Zou and Donner 2008).
    ///
    /// The correlation is capped at `1 − D/(n √(p₁q₁p₂q₂))`, where `D` is the larger design effect
    /// of the two arms: the correlation that two changed answers among the `n/D` effective ones
    /// leave. Few clusters that happen to agree do not prove that others would.
    /// - Throws: `StatisticsError.notBinary`; `.outOfRange` for the level.
    public func rateDifference(level: Double = 0.95) throws(StatisticsError) -> Estimate {
        let before = try baseline.rate(level: level)
        let after = try candidate.rate(level: level)
        let size = Double(min(before.observations, after.observations))
        let spread = (before.value * (1 - before.value) * after.value * (1 - after.value))
            .squareRoot()
        func designEffect(_ rate: Estimate) -> Double {
            let variance = rate.value * (1 - rate.value) / Double(rate.observations)
            return variance > 0 ? max(1, rate.standardError * rate.standardError / variance) : 1
        }
        return .difference(
            before, after,
            covariance: clusteredCovariance(
                baseline.linearizedMean.influences, candidate.linearizedMean.influences),
            cap: 1 - max(designEffect(before), designEffect(after)) / (size * spread),
            observations: observations
        ).clamped(to: -1...1)
    }
}

extension Estimate {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Estimate {
        Estimate(
            value: value, standardError: standardError, interval: interval.clamped(to: range),
            level: level, observations: observations, clusters: clusters)
    }
}
