import KeelStatistics

/// How often a comparison takes chance for a change, counted on a real model's own samples.
///
/// The samples of runs that differ in nothing but the seed are pooled, and comparisons are drawn
/// from them: for each probe, so many answers for one side and as many others for the other. No
/// side differs from the other but by chance, so whatever a comparison finds is a false alarm.
///
/// A gap is drawn from nothing, and how answers differ among each other is not read one by one;
/// such metrics are left out.
public struct FalseAlarms: Hashable, Sendable, Codable {
    /// A share of the comparisons, with Wilson's 95 % interval.
    public struct Rate: Hashable, Sendable, Codable {
        /// From 0 to 1.
        public var value: Double
        public var low: Double
        public var high: Double
    }

    /// How often a metric's own test rejects at 5 %, before p-values are adjusted.
    public struct MetricRate: Hashable, Sendable, Codable {
        /// Id of the dimension.
        public var dimension: String
        /// Id of the metric.
        public var metric: String
        public var rejected: Rate
    }

    /// How many were drawn.
    public var comparisons: Int
    /// Answers to each probe on either side.
    public var samples: Int
    /// How often anything was found.
    public var anything: Rate
    public var metrics: [MetricRate]

    /// Draws comparisons.
    ///
    /// - Parameters:
    ///   - runs: Runs of one suite that differ in their seeds at most.
    ///   - samples: Answers to a probe on either side; half of those there are if nil.
    ///   - comparisons: How many are drawn.
    ///   - seed: Of the draws.
    /// - Throws: `RunError.noNull` where the runs differ in more, or have too few samples; what
    ///   reading the runs throws.
    public init(
        in runs: [Run], samples: Int? = nil, comparisons: Int = 500, seed: UInt64 = 0
    ) throws {
        guard let first = runs.first else { throw RunError.noNull("there is no run") }
        for run in runs.dropFirst() {
            let causes = first.config.differences(to: run.config).filter { $0.field != "seed" }
            guard causes.isEmpty else {
                throw RunError.noNull(
                    "the runs differ in " + causes.map(\.description).joined(separator: ", "))
            }
        }
        let asked = runs.reduce(0) { $0 + $1.config.samples }
        let samples = samples ?? asked / 2
        guard samples >= 1, 2 * samples <= asked else {
            throw RunError.noNull(
                "two sides of \(samples) answers can't be drawn from \(asked) to each probe")
        }
        guard (1...100_000).contains(comparisons) else {
            throw RunError.noNull("\(comparisons) comparisons were asked for, not 1 to 100,000")
        }
        let pool = try Pool(runs)
        var generator = SeededGenerator(seed: seed)
        var rejections = [Int](repeating: 0, count: pool.metrics.count)
        var alarms = 0
        for _ in 0..<comparisons {
            let pValues = pool.comparison(samples: samples, using: &generator)
            for (index, pValue) in pValues.enumerated() where (pValue ?? 1) < PairedReadings.alpha {
                rejections[index] += 1
            }
            let adjusted = try Multiplicity.holm(pValues.compactMap(\.self))
            if adjusted.contains(where: { $0 < PairedReadings.alpha }) { alarms += 1 }
        }
        self.comparisons = comparisons
        self.samples = samples
        anything = try Rate(alarms, of: comparisons)
        metrics = try zip(pool.metrics, rejections).map { metric, count in
            MetricRate(
                dimension: metric.dimension.id, metric: metric.metric.id,
                rejected: try Rate(count, of: comparisons))
        }
    }

    /// What was counted, in words.
    public var sentence: String {
        func percent(_ share: Double) -> String {
            "\((share * 1000).rounded() / 10)"
        }
        return "The null: \(comparisons) comparisons drawn from the model's own samples, "
            + "\(samples) against \(samples) a probe, find something in \(percent(anything.value)) "
            + "% [\(percent(anything.low)), \(percent(anything.high))]. That is the false alarm "
            + "rate; 5 % is allowed."
    }
}

extension FalseAlarms.Rate {
    fileprivate init(_ count: Int, of total: Int) throws(StatisticsError) {
        let rate = try Proportion.wilson(successes: count, trials: total)
        self.init(
            value: rate.value, low: rate.interval.lowerBound, high: rate.interval.upperBound)
    }
}

/// The readings of all runs, by the answer that they were read from.
private struct Pool {
    typealias Readings = [String: [Int: Observation]]

    private(set) var metrics: [(dimension: Dimension, measure: Measure, metric: Metric)]
    /// For each metric and probe, the readings by the number of the answer among all runs'.
    private let readings: [Readings]
    private let answers: Int
    private let probes: [String]

    init(_ runs: [Run]) throws {
        guard let suite = runs.first?.suite else { throw RunError.noNull("there is no run") }
        metrics = suite.primaryMetrics.filter(\.measure.readsAnswersApart)
        probes = suite.dimensions.flatMap { $0.probes.map(\.id) }
        var readings = [Readings](repeating: [:], count: metrics.count)
        var start = 0
        for run in runs {
            let observations = Observations(
                of: suite, samples: run.config.samples, records: try run.records())
            for (index, metric) in metrics.enumerated() {
                for reading in observations.of(metric.metric, in: metric.dimension) {
                    readings[index][reading.probe, default: [:]][start + reading.sample] = reading
                }
            }
            start += run.config.samples
        }
        answers = start
        self.readings = readings
    }

    /// The p-values of one drawn comparison; nil where nothing is tested.
    func comparison(
        samples: Int, using generator: inout SeededGenerator
    ) -> [Double?] {
        var sides: [String: (before: ArraySlice<Int>, after: ArraySlice<Int>)] = [:]
        for probe in probes {
            // All metrics read the same answers.
            let order = Array(0..<answers).shuffled(using: &generator).prefix(2 * samples)
            sides[probe] = (order.prefix(samples), order.suffix(samples))
        }
        return zip(metrics, readings).map { metric, readings in
            var before: [Observation] = []
            var after: [Observation] = []
            for probe in metric.dimension.probes {
                guard let side = sides[probe.id], let there = readings[probe.id] else { continue }
                before += side.before.compactMap { there[$0] }
                after += side.after.compactMap { there[$0] }
            }
            let pair = PairedReadings(
                metric.dimension, metric.measure, metric.metric, before, after)
            return pair.isIdentical ? nil : pair.pValue
        }
    }
}
