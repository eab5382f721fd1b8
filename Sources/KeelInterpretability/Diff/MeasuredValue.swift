import KeelStatistics

/// A number with its 95 % interval.
public struct MeasuredValue: Hashable, Sendable, Codable {
    public var value: Double
    public var low: Double
    public var high: Double

    init(_ estimate: Estimate) {
        value = estimate.value
        low = estimate.interval.lowerBound
        high = estimate.interval.upperBound
    }

    /// Mean over clusters; nil where there are too few, or all are alike.
    init?(meanOf clusters: [[Double]]) {
        guard let estimate = try? ClusteredSample(clusters).mean() else { return nil }
        self.init(estimate)
    }

    /// Share of ones among zeros and ones; nil where there are too few clusters.
    init?(rateOf clusters: [[Double]]) {
        guard let estimate = try? ClusteredSample(clusters).rate() else { return nil }
        self.init(estimate)
    }
}
