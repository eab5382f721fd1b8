/// Whether a change stayed within a margin that was called negligible beforehand.
public struct Equivalence: Hashable, Codable, Sendable {
    /// What an interval says about the margin.
    public enum Verdict: String, Hashable, Codable, Sendable {
        /// The whole interval lies within the margin.
        case equivalent
        /// The whole interval lies beyond the margin, on one side.
        case different
        /// The interval crosses the margin: too few data to tell.
        case inconclusive
    }

    /// The candidate's mean minus the baseline's, with the interval of level `1 − 2·alpha`.
    public let difference: Estimate
    /// Differences from `-margin` to `margin` count as none.
    public let margin: Double
    /// The larger p-value of the two one-sided tests; equivalence is claimed below `alpha`.
    public let pValue: Double
    /// What the interval of `difference` says about the margin.
    public let verdict: Verdict
}

extension PairedSample {
    /// Two one-sided t tests of whether the means differ by less than `margin` (Schuirmann 1987).
    ///
    /// Equivalence is claimed when both "the difference is at most −margin" and "it is at least
    /// margin" are rejected at `alpha`, which is when the interval of level `1 − 2·alpha` lies
    /// within the margin. Errors are paired and clustered as in `difference`. For yes/no values
    /// near 0 or 1, judge `rateDifference(level: 1 - 2 * alpha)` by `Estimate.verdict(margin:)`.
    /// - Throws: `StatisticsError.outOfRange` unless `margin` is above 0 and `alpha` above 0 and
    ///   below 0.5; what `difference` throws.
    public func equivalence(
        margin: Double, alpha: Double = 0.05
    ) throws(StatisticsError) -> Equivalence {
        guard alpha > 0, alpha < 0.5 else {
            throw .outOfRange(name: "alpha", value: alpha, expected: "above 0 and below 0.5")
        }
        let difference = try difference(level: 1 - 2 * alpha)
        let verdict = try difference.verdict(margin: margin)
        let t = try StudentT(degreesOfFreedom: Double(difference.clusters - 1))
        return Equivalence(
            difference: difference, margin: margin,
            pValue: t.cdf((abs(difference.value) - margin) / difference.standardError),
            verdict: verdict)
    }
}

extension Estimate {
    /// What this interval of a difference says about a margin of equivalence.
    ///
    /// With an interval of level `1 − 2·alpha`, a verdict of equivalence errs with probability
    /// `alpha` at most.
    /// - Throws: `StatisticsError.outOfRange` unless `margin` is above 0.
    public func verdict(margin: Double) throws(StatisticsError) -> Equivalence.Verdict {
        try requirePositive(margin, "margin of equivalence")
        if interval.lowerBound > -margin, interval.upperBound < margin { return .equivalent }
        if interval.lowerBound > margin || interval.upperBound < -margin { return .different }
        return .inconclusive
    }
}
