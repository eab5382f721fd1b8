import KeelStatistics

/// A number and the values that the data leave open at 95 %.
public struct IntervalEstimate: Hashable, Sendable, Codable {
    /// The estimate itself, inside the interval.
    public var value: Double
    public var interval: ClosedRange<Double>

    init(_ estimate: Estimate) {
        value = estimate.value
        interval = estimate.interval
    }
}
