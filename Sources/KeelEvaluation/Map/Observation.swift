/// One reading of one metric: what a map is computed from.
package struct Observation: Hashable, Sendable {
    package var dimension: String
    /// The metric's id.
    package var metric: String
    package var probe: String
    package var cluster: String
    /// The number of the answer; 0 for a gap.
    package var sample: Int
    /// A graded value, 0 or 1 for a share, or a number of events.
    package var value: Double
    /// Tokens in which events could have happened; 1 for all that is not per token.
    package var exposure: Double

    package init(
        dimension: String, metric: String, probe: String, cluster: String, sample: Int,
        value: Double, exposure: Double
    ) {
        self.dimension = dimension
        self.metric = metric
        self.probe = probe
        self.cluster = cluster
        self.sample = sample
        self.value = value
        self.exposure = exposure
    }
}

/// The readings of a run, and how many are missing.
///
/// A pure function of suite and records: measures can change and be applied again to old samples.
struct Observations {
    private(set) var all: [Observation] = []
    /// Readings that the plan asks for and the records do not give, by dimension and metric.
    private var missing: [String: [String: Int]] = [:]

    /// Applies all measures of a suite.
    ///
    /// - Parameters:
    ///   - suite: The part of the suite that was asked.
    ///   - samples: The number of answers asked for each sampled probe.
    ///   - records: Where several have the same probe, kind and number, the first counts.
    ///   - judged: A judge's verdicts; without them, measures of kind `judge` read nothing.
    init(
        of suite: Suite, samples: Int, records: [SampleRecord], judged: JudgedAnswers? = nil
    ) {
        let byKey = Dictionary(
            records.map { ($0.key, $0.content) }, uniquingKeysWith: { first, _ in first })
        for dimension in suite.dimensions {
            let reader = DimensionReader(
                dimension: dimension, samples: samples, records: byKey, judged: judged)
            for measure in dimension.measures {
                for reading in reader.readings(of: measure) {
                    add(reading, measure, dimension)
                }
            }
        }
    }

    /// Readings of one metric.
    func of(_ metric: Metric, in dimension: Dimension) -> [Observation] {
        all.filter { $0.dimension == dimension.id && $0.metric == metric.id }
    }

    func missing(_ metric: Metric, in dimension: Dimension) -> Int {
        missing[dimension.id]?[metric.id] ?? 0
    }

    private mutating func add(
        _ reading: DimensionReader.Reading, _ measure: Measure, _ dimension: Dimension
    ) {
        for (index, metric) in measure.metrics.enumerated() {
            guard let value = reading.values?[index] ?? nil else {
                missing[dimension.id, default: [:]][metric.id, default: 0] += 1
                continue
            }
            all.append(
                Observation(
                    dimension: dimension.id, metric: metric.id, probe: reading.probe.id,
                    cluster: reading.probe.cluster, sample: reading.sample, value: value.value,
                    exposure: value.exposure))
        }
    }
}
