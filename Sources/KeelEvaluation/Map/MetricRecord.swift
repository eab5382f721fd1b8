/// One line of `metrics.jsonl`: a number on the map with its error.
///
/// The fields are stable; `value`, `low` and `high` are absent where there is none. A judged rate
/// of a calibrated judge has them without the judge's errors too: `corrected`, `correctedLow`,
/// `correctedHigh`.
public struct MetricRecord: Hashable, Sendable, Codable {
    /// Id of the dimension.
    public var dimension: String
    /// Id of the metric.
    public var metric: String
    /// Of all the values here.
    public var unit: String
    /// Nil where nothing could be read.
    public var value: Double?
    /// The ends of the 95 % interval.
    public var low: Double?
    public var high: Double?
    /// Readings that went into the value.
    public var readings: Int
    /// Probes that they came from.
    public var probes: Int
    /// Clusters of these.
    public var clusters: Int
    /// Readings asked for that are not there.
    public var missing: Int
    public var corrected: Double?
    public var correctedLow: Double?
    public var correctedHigh: Double?
}

extension CharacterMap {
    /// The map as a flat list.
    public var metrics: [MetricRecord] {
        dimensions.flatMap { dimension in
            dimension.measurements.map { measurement in
                let corrected = measurement.judged?.corrected
                return MetricRecord(
                    dimension: dimension.id, metric: measurement.metric.id,
                    unit: measurement.metric.unit, value: measurement.value,
                    low: measurement.interval?.lowerBound, high: measurement.interval?.upperBound,
                    readings: measurement.readings, probes: measurement.probes,
                    clusters: measurement.clusters, missing: measurement.missing,
                    corrected: corrected?.value, correctedLow: corrected?.interval.lowerBound,
                    correctedHigh: corrected?.interval.upperBound)
            }
        }
    }
}
