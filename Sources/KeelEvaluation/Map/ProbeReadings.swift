/// What a run's measures read from each probe: the readings that its map is computed from.
public struct ProbeReadings: Sendable {
    /// One reading of one metric.
    public struct Reading: Hashable, Sendable {
        /// The number of the answer; 0 for a gap.
        public var sample: Int
        /// A graded value, 0 or 1 for a share, or a number of events.
        public var value: Double
        /// Tokens or replies in which events could have happened; 1 for what is not counted.
        public var exposure: Double
    }

    private struct Key: Hashable {
        var dimension: String
        var metric: String
        var probe: String
    }

    private var readings: [Key: [Reading]] = [:]

    /// Applies all measures of a suite.
    ///
    /// - Parameters:
    ///   - suite: The part of the suite that was asked.
    ///   - config: The run's configuration.
    ///   - records: The run's samples.
    ///   - judged: A judge's verdicts, where there are some.
    public init(
        of suite: Suite, config: RunConfig, records: [SampleRecord], judged: JudgedAnswers? = nil
    ) {
        let observations = Observations(
            of: suite, samples: config.samples, records: records, judged: judged)
        for one in observations.all {
            let key = Key(dimension: one.dimension, metric: one.metric, probe: one.probe)
            readings[key, default: []].append(
                Reading(sample: one.sample, value: one.value, exposure: one.exposure))
        }
    }

    /// The readings of a metric on one probe, in the order of the answers.
    public func of(_ metric: Metric, _ probe: Probe, in dimension: Dimension) -> [Reading] {
        readings[Key(dimension: dimension.id, metric: metric.id, probe: probe.id)] ?? []
    }

    /// The metric on one probe alone, in the metric's unit; nil where nothing could be read.
    public func value(_ metric: Metric, _ probe: Probe, in dimension: Dimension) -> Double? {
        let readings = of(metric, probe, in: dimension)
        let exposure = readings.reduce(0) { $0 + $1.exposure }
        guard exposure > 0 else { return nil }
        return readings.reduce(0) { $0 + $1.value } / exposure * metric.per
    }

    /// How many answers to a probe show the behaviour, the opposite error, both or neither.
    ///
    /// - Parameters:
    ///   - measure: One that yields two rates.
    ///   - probe: A probe of the dimension.
    ///   - dimension: The dimension that the measure reads.
    /// - Returns: Nil for another kind of measure, and for a probe that the measure does not read.
    public func tally(_ measure: Measure, _ probe: Probe, in dimension: Dimension) -> Tally? {
        guard let rates = measure.rates, measure.reads(probe, in: dimension) else { return nil }
        let errs = Dictionary(
            of(rates.opposite, probe, in: dimension).map { ($0.sample, $0.value > 0) },
            uniquingKeysWith: { first, _ in first })
        var tally = Tally()
        for reading in of(rates.behaviour, probe, in: dimension) {
            guard let errs = errs[reading.sample] else { continue }
            switch (reading.value > 0, errs) {
            case (true, false): tally.behaviour += 1
            case (true, true): tally.both += 1
            case (false, false): tally.neither += 1
            case (false, true): tally.opposite += 1
            }
        }
        return tally
    }

    /// Answers by what they show.
    public struct Tally: Hashable, Sendable {
        /// The behaviour and not the opposite error.
        public var behaviour = 0
        /// The behaviour and its opposite in one answer.
        public var both = 0
        /// Neither of them.
        public var neither = 0
        /// The opposite error and not the behaviour.
        public var opposite = 0

        public init() {}
    }
}

extension Measure {
    /// The two rates of a measure that reads an answer for a behaviour and for its opposite error.
    public var rates: (behaviour: Metric, opposite: Metric)? {
        switch kind {
        case .rule, .talk, .judge: (metrics[0], metrics[1])
        case .gap, .mirror, .counter, .drift, .variety, .length: nil
        }
    }
}
