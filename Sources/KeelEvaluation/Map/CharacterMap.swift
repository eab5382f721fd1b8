import KeelStatistics

/// What a model is like: for each dimension its numbers, and how sure they are.
public struct CharacterMap: Hashable, Sendable, Codable {
    /// The run's: model, suite, samples, seed.
    public var config: RunConfig
    /// In the order of the suite.
    public var dimensions: [DimensionMap]

    /// The numbers of one dimension.
    public struct DimensionMap: Hashable, Sendable, Codable {
        public var id: String
        public var title: String
        public var behaviour: String
        public var opposite: String
        /// The headline first.
        public var measurements: [Measurement]
    }

    /// One number with its error.
    public struct Measurement: Hashable, Sendable, Codable {
        /// What is measured, and in which unit.
        public var metric: Metric
        /// Nil where nothing could be read.
        public var value: Double?
        /// Holds the true value in 95 of 100 repetitions with other clusters of the same kind.
        ///
        /// Nil where the spread between clusters says nothing: fewer than two, or all alike.
        public var interval: ClosedRange<Double>?
        /// Readings that went into the value.
        public var readings: Int
        /// Probes that readings came from.
        public var probes: Int
        /// Clusters of these, which the interval is clustered by.
        public var clusters: Int
        /// Readings asked for that are not there: failed, cut off too early to judge, or not yet
        /// sampled.
        public var missing: Int
        /// Of a judged rate; nil for all others.
        public var judged: Judged?
    }

    /// Computes the map.
    ///
    /// - Parameters:
    ///   - suite: The part of the suite that was asked.
    ///   - config: The run's configuration.
    ///   - records: The run's samples.
    ///   - judged: A judge's verdicts; without them, judged rates are not on the map.
    public init(
        of suite: Suite, config: RunConfig, records: [SampleRecord], judged: JudgedAnswers? = nil
    ) {
        let observations = Observations(
            of: suite, samples: config.samples, records: records, judged: judged)
        self.config = config
        dimensions = suite.dimensions.map { dimension in
            DimensionMap(
                id: dimension.id, title: dimension.title, behaviour: dimension.behaviour,
                opposite: dimension.opposite,
                measurements: dimension.measures.flatMap { measure -> [Measurement] in
                    if let rubric = measure.rubric {
                        return judged.map {
                            $0.rates(by: rubric, measure.metrics, in: dimension, observations)
                        } ?? []
                    }
                    if measure.needsJudge, judged == nil { return [] }
                    return measure.metrics.map { metric in
                        Measurement(
                            metric, observations.of(metric, in: dimension),
                            missing: observations.missing(metric, in: dimension))
                    }
                })
        }
    }

    /// The numbers of this dimension and metric.
    public func measurement(_ dimension: String, _ metric: String) -> Measurement? {
        dimensions.first { $0.id == dimension }?.measurements.first { $0.metric.id == metric }
    }
}

extension CharacterMap.Measurement {
    init(_ metric: Metric, _ observations: [Observation], missing: Int) {
        let exposure = observations.reduce(0) { $0 + $1.exposure }
        let total = observations.reduce(0) { $0 + $1.value }
        self.init(
            metric: metric, value: exposure > 0 ? total / exposure * metric.per : nil,
            interval: try? Self.estimate(metric, observations).interval,
            readings: observations.count, probes: Set(observations.map(\.probe)).count,
            clusters: Set(observations.map(\.cluster)).count, missing: missing)
    }

    /// - Throws: Where the data hold no error to estimate.
    static func estimate(
        _ metric: Metric, _ observations: [Observation]
    ) throws(StatisticsError) -> Estimate {
        let labels = observations.map(\.cluster)
        let values = try ClusteredSample(observations.map(\.value), labels: labels)
        switch metric.scale {
        case .mean: return try values.mean()
        case .magnitude: return try values.magnitude()
        case .share: return try values.rate()
        case .count:
            let exposures = try ClusteredSample(observations.map(\.exposure), labels: labels)
            return try RatioSample(numerators: values, denominators: exposures)
                .countRate(per: metric.per)
        }
    }
}
