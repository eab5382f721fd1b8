/// A threshold that a new value passes with at most a stated probability, whatever its distribution is.
///
/// Of `n` values the `k`-th smallest, `k = ⌈(n + 1)(1 - α)⌉`. If the new value and these are exchangeable,
/// it lies above with probability at most α (Vovk 2005; split conformal prediction). That is an average
/// over calibrations; given this one, the probability is distributed as Beta(`n + 1 - k`, `k`) where
/// values are continuous, and no larger than that where they tie.
public struct ConformalThreshold: Hashable, Sendable {
    /// The threshold itself, one of the values: what lies above it has passed it.
    public let value: Double
    /// Place of the threshold among the values, from 1.
    public let rank: Int
    /// Values that it was set on.
    public let count: Int
    /// Mean over calibrations of the probability to pass it: `(n + 1 - k) / (n + 1)`.
    public let expectedRate: Double
    /// Where the probability lies given this calibration, at the level of the interval.
    public let interval: ClosedRange<Double>

    /// The fewest values from which a threshold for a rate can be had: `⌈1/α⌉ - 1`.
    public static func fewest(for rate: Double) -> Int {
        guard rate > 0, rate < 1 else { return 1 }
        return max(1, Int(exactly: (1 / rate - 1e-9).rounded(.up) - 1) ?? .max)
    }

    /// - Parameters:
    ///   - values: One for each independent case, in any order.
    ///   - rate: α, above 0 and below 1.
    ///   - level: Of the interval.
    /// - Throws: `StatisticsError.outOfRange` where the values are too few for the rate, and for a rate or
    ///   level that is none; `.notFinite`.
    public init(_ values: [Double], rate: Double, level: Double = 0.95) throws(StatisticsError) {
        try requireFraction(rate, "rate of false alarms")
        try requireFraction(level, "confidence level")
        try requireFinite(values, "value to calibrate with")
        let n = values.count
        let fewest = Self.fewest(for: rate)
        guard n >= fewest else {
            throw .outOfRange(
                name: "number of cases to calibrate with", value: Double(n),
                expected: "at least \(fewest) for a rate of \(rate)")
        }
        // A product such as 20 · 0.95 must not be rounded up for its last bit.
        let k = min(n, max(1, Int((Double(n + 1) * (1 - rate) - 1e-9).rounded(.up))))
        rank = k
        count = n
        value = values.sorted()[k - 1]
        let (a, b) = (Double(n + 1 - k), Double(k))
        expectedRate = a / Double(n + 1)
        let tail = (1 - level) / 2
        let lower = inverseRegularizedIncompleteBeta(a, b, probability: tail)
        interval = lower...max(lower, inverseRegularizedIncompleteBeta(a, b, probability: 1 - tail))
    }
}
