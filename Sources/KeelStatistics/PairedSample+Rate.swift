extension PairedSample {
    /// The candidate's rate minus the baseline's, with an interval that holds near 0 and 1.
    ///
    /// The intervals of the two rates (`ClusteredSample.rate`) are combined by the method of
    /// variance estimates recovery with their clustered correlation (Newcombe 1998, method 10;
    /// Zou and Donner 2008). Two runs without any event still leave a difference open, where the t
    /// interval would be a point.
    ///
    /// The correlation is capped at `1 − 1/(C √(p₁q₁p₂q₂))`, which one yes/no answer to each of `C`
    /// probes has when two of them changed: few clusters that happen to agree do not prove that
    /// others would. In simulations where a change only turned answers to yes, the capped intervals
    /// covered 92 % in the worst case tried, and without the cap 74 %.
    /// - Throws: `StatisticsError.notBinary`; `.outOfRange` for the level.
    public func rateDifference(level: Double = 0.95) throws(StatisticsError) -> Estimate {
        let before = try baseline.rate(level: level)
        let after = try candidate.rate(level: level)
        let covariance = clusteredCovariance(
            baseline.linearizedMean.influences, candidate.linearizedMean.influences)
        let errors = before.standardError * after.standardError
        let spread = (before.value * (1 - before.value) * after.value * (1 - after.value))
            .squareRoot()
        let largest = max(0, 1 - 1 / (Double(before.clusters) * spread))
        let correlation = errors > 0 ? min(largest, covariance / errors) : 0
        func combined(_ a: Double, _ b: Double) -> Double {
            (a * a + b * b - 2 * correlation * a * b).squareRoot()
        }
        let value = after.value - before.value
        let below = combined(
            after.value - after.interval.lowerBound, before.interval.upperBound - before.value)
        let above = combined(
            after.interval.upperBound - after.value, before.value - before.interval.lowerBound)
        let variance =
            before.standardError * before.standardError
            + after.standardError * after.standardError - 2 * covariance
        return Estimate(
            value: value, standardError: max(0, variance).squareRoot(),
            interval: max(-1, value - below)...min(1, value + above), level: level,
            observations: observations, clusters: before.clusters)
    }
}
