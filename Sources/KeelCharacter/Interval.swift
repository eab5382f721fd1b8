import KeelStatistics

/// A measured value with its interval of 95 %.
public struct Interval: Hashable, Sendable, Codable {
    /// The measured value, inside the interval.
    public var value: Double
    public var low: Double
    public var high: Double

    init(_ estimate: Estimate) {
        value = estimate.value
        low = estimate.interval.lowerBound
        high = estimate.interval.upperBound
    }

    /// Whether a value is among those that the data leave open.
    public func contains(_ value: Double) -> Bool { low <= value && value <= high }
}
