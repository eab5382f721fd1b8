extension Estimate {
    /// The second rate less the first, from their intervals.
    ///
    /// The method of variance estimates recovery with a correlation (Newcombe 1998, method 10; Zou
    /// and Donner 2008): the distance to each bound is combined from the distances of both rates to
    /// the bounds that matter for it. Two runs without any event still leave a difference open,
    /// where a t interval would be a point.
    ///
    /// - Parameters:
    ///   - before: The first rate.
    ///   - after: The second, of the same level and clusters.
    ///   - covariance: The clustered covariance of the two rates.
    ///   - cap: The largest correlation to believe.
    ///   - observations: Those of both arms.
    /// - Returns: The difference with its interval.
    static func difference(
        _ before: Estimate, _ after: Estimate, covariance: Double, cap: Double, observations: Int
    ) -> Estimate {
        let errors = before.standardError * after.standardError
        let correlation = errors > 0 ? min(max(0, cap), covariance / errors) : 0
        func combined(_ a: Double, _ b: Double) -> Double {
            max(0, a * a + b * b - 2 * correlation * a * b).squareRoot()
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
            interval: value - below...value + above, level: before.level,
            observations: observations, clusters: before.clusters)
    }
}
