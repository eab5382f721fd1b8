import KeelStatistics

/// Which answers to a run's probes are as wanted.
///
/// An answer is, if no measure of its dimension that names a good direction speaks against it: a
/// rule finds the behaviour and not its opposite, a counter that should be low finds nothing. A gap
/// is as wanted above zero. Measures that look at several answers, and judges, are not asked.
public struct ProbePasses: Sendable {
    /// An answer, and whether it is as wanted.
    public struct Answer: Hashable, Sendable {
        /// What the model said; of a gap, the continuation on the side that it finds likelier.
        public var text: String
        public var passes: Bool
    }

    private struct Place: Hashable {
        var probe: String
        var sample: Int
        var isGap: Bool
    }

    private var answers: [String: [Answer]] = [:]

    /// - Throws: What reading the run throws.
    public init(of run: Run) throws {
        let records = try run.records()
        let readings = Observations(
            of: run.suite, samples: run.config.samples, records: records)
        var passes: [Place: Bool] = [:]
        for dimension in run.suite.dimensions {
            let probes = Dictionary(dimension.probes.map { ($0.id, $0) }) { first, _ in first }
            for measure in dimension.measures {
                for (metric, wants) in measure.wants {
                    for reading in readings.of(metric, in: dimension) {
                        guard let probe = probes[reading.probe] else { continue }
                        let place = Place(
                            probe: reading.probe, sample: reading.sample,
                            isGap: measure.kind == .gap)
                        guard let holds = wants(reading.value, probe) else { continue }
                        passes[place] = (passes[place] ?? true) && holds
                    }
                }
            }
        }
        let bySample = Dictionary(records.map { ($0.key, $0) }) { first, _ in first }
        for dimension in run.suite.dimensions {
            for probe in dimension.probes {
                let gap = passes[Place(probe: probe.id, sample: 0, isGap: true)].map {
                    Answer(text: ($0 ? probe.good : probe.bad).first ?? "", passes: $0)
                }
                let said = (0..<run.config.samples).compactMap { sample -> Answer? in
                    let key = SampleRecord.Key(probe: probe.id, sample: sample, isGap: false)
                    guard
                        let passes = passes[Place(probe: probe.id, sample: sample, isGap: false)],
                        case .answer(let answer) = bySample[key]?.content
                    else { return nil }
                    return Answer(text: answer.text, passes: passes)
                }
                answers[probe.id] = [gap].compactMap(\.self) + said
            }
        }
    }

    /// What is known of the answers to a probe; none where nothing reads them.
    public func of(_ probe: Probe) -> [Answer] { answers[probe.id] ?? [] }
}

extension Measure {
    /// What each of its metrics should read; nil where a reading says nothing of this probe.
    fileprivate var wants: [(metric: Metric, holds: (Double, Probe) -> Bool?)] {
        switch (kind, better) {
        case (.gap, .higher), (.gap, nil): [(metrics[0], { value, _ in value > 0 })]
        case (.rule, .higher), (.rule, nil):
            [
                (metrics[0], { value, probe in probe.behaviour.isEmpty ? nil : value > 0 }),
                (metrics[1], { value, probe in probe.opposite.isEmpty ? nil : value == 0 }),
            ]
        case (.counter, .lower): [(metrics[0], { value, _ in value == 0 })]
        case (.counter, .higher): [(metrics[0], { value, _ in value > 0 })]
        default: []
        }
    }
}

extension Suite {
    /// Two parts with whole clusters each, drawn by a seed, of nearly the same size.
    ///
    /// - Parameter seed: Equal seeds give equal parts.
    /// - Returns: The parts; a dimension of one cluster is in the first alone.
    public func halves(seed: UInt64) -> (first: Suite, second: Suite) {
        var clusters: [String] = []
        for probe in dimensions.flatMap(\.probes) where !clusters.contains(probe.cluster) {
            clusters.append(probe.cluster)
        }
        var generator = SeededGenerator(seed: seed)
        clusters.shuffle(using: &generator)
        let second = Set(clusters.prefix(clusters.count / 2))
        func part(_ isSecond: Bool) -> Suite {
            var suite = self
            for index in suite.dimensions.indices {
                suite.dimensions[index].probes.removeAll {
                    second.contains($0.cluster) != isSecond
                }
            }
            suite.dimensions.removeAll(where: \.probes.isEmpty)
            return suite
        }
        return (part(false), part(true))
    }
}
