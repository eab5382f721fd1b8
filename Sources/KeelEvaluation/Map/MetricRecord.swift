/// One line of `metrics.jsonl`: a number on the map with its error.
///
/// The fields are stable; `value`, `low` and `high` are absent where there is none.
public struct MetricRecord: Hashable, Sendable, Codable {
    public var dimension: String
    public var metric: String
    public var unit: String
    public var value: Double?
    /// The ends of the 95 % interval.
    public var low: Double?
    public var high: Double?
    public var readings: Int
    public var probes: Int
    public var clusters: Int
    public var missing: Int
}

extension CharacterMap {
    /// The map as a flat list.
    public var metrics: [MetricRecord] {
        dimensions.flatMap { dimension in
            dimension.measurements.map { measurement in
                MetricRecord(
                    dimension: dimension.id, metric: measurement.metric.id,
                    unit: measurement.metric.unit, value: measurement.value,
                    low: measurement.interval?.lowerBound, high: measurement.interval?.upperBound,
                    readings: measurement.readings, probes: measurement.probes,
                    clusters: measurement.clusters, missing: measurement.missing)
            }
        }
    }
}
