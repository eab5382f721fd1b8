import KeelFormats

/// The readings behind a map as a table, a row for each reading of each metric.
///
/// A reading that is missing has a row without a value.
enum ReadingTable {
    static let columns = [
        "dimension", "metric", "unit", "better", "probe", "cluster", "sample", "value", "exposure",
    ]

    /// - Throws: As `Run.records()`; `FileError`.
    static func write(_ run: Run, to path: String) throws {
        let readings = ReadingList(
            run.suite, run.config, try run.records(), judged: try run.judged())
        var table = try CSVWriter(path: path, columns: columns)
        try readings.forEach { reading in
            try table.append(
                [reading.dimension.id, reading.metric.id, reading.metric.unit]
                    + [reading.metric.better?.rawValue, reading.probe.id, reading.probe.cluster]
                    + ["\(reading.sample)", reading.value.map { "\($0)" }]
                    + [reading.exposure.map { "\($0)" }])
        }
        try table.commit()
    }
}

/// Each reading that a run was asked for, missing ones included.
struct ReadingList {
    struct Reading {
        var dimension: Dimension
        var measure: Measure
        var metric: Metric
        var probe: Probe
        var sample: Int
        /// Nil where it is missing.
        var value: Double?
        /// What the value is counted in; 1 for all that is not per token.
        var exposure: Double?
    }

    private let suite: Suite
    private let samples: Int
    private let records: [SampleRecord.Key: SampleRecord.Content]
    private let judged: JudgedAnswers?

    init(
        _ suite: Suite, _ config: RunConfig, _ records: [SampleRecord], judged: JudgedAnswers?
    ) {
        self.suite = suite
        self.judged = judged
        samples = config.samples
        self.records = Dictionary(
            records.map { ($0.key, $0.content) }, uniquingKeysWith: { first, _ in first })
    }

    func forEach(_ body: (Reading) throws -> Void) rethrows {
        for dimension in suite.dimensions {
            let reader = DimensionReader(
                dimension: dimension, samples: samples, records: records, judged: judged)
            for measure in dimension.measures {
                for reading in reader.readings(of: measure) {
                    for (index, metric) in measure.metrics.enumerated() {
                        let value = reading.values?[index] ?? nil
                        try body(
                            Reading(
                                dimension: dimension, measure: measure, metric: metric,
                                probe: reading.probe, sample: reading.sample,
                                value: value?.value, exposure: value?.exposure))
                    }
                }
            }
        }
    }
}
