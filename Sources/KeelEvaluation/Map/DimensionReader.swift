import KeelLanguage

/// Applies the measures of one dimension to the records of a run.
struct DimensionReader {
    let dimension: Dimension
    let samples: Int
    let records: [SampleRecord.Key: SampleRecord.Content]

    /// What a measure reads from a record, or pair of records, that the plan asks for.
    struct Reading {
        var probe: Probe
        var sample: Int
        /// In the order of the measure's metrics; nil where a record is missing or can't be judged.
        var values: [Value]?
    }

    struct Value {
        var value: Double
        var exposure = 1.0

        static func share(_ holds: Bool) -> Value { Value(value: holds ? 1 : 0) }
    }

    func readings(of measure: Measure) -> [Reading] {
        switch measure.kind {
        case .gap: gaps()
        case .mirror: mirrors()
        case .rule: rules()
        case .counter: measure.counter.flatMap(Counter.named).map(counts) ?? []
        }
    }

    private func gaps() -> [Reading] {
        dimension.probes.filter(dimension.scores).map { probe in
            Reading(
                probe: probe, sample: 0,
                values: gap(probe.id).map { [Value(value: $0), .share($0 > 0)] })
        }
    }

    private func mirrors() -> [Reading] {
        dimension.probes.compactMap { probe in
            guard let first = probe.mirrors else { return nil }
            var reading = Reading(probe: probe, sample: 0)
            if let a = gap(first), let b = gap(probe.id) {
                reading.values = [Value(value: a - b), Value(value: abs(a - b))]
            }
            return reading
        }
    }

    private func rules() -> [Reading] {
        dimension.probes.filter(\.hasRule).flatMap { probe in
            let behaviour = PhraseSet(probe.behaviour)
            let opposite = PhraseSet(probe.opposite)
            return answers(to: probe) { answer in
                let words = Words(answer.text).words
                let shows = !behaviour.matches(in: words).isEmpty
                let errs = !opposite.matches(in: words).isEmpty
                return [.share(shows), .share(errs), .share(!shows && !errs)]
            }
        }
    }

    private func counts(_ counter: Counter) -> [Reading] {
        dimension.probes.flatMap { probe in
            answers(to: probe) { answer in
                if counter.needsEnding, answer.finish == .length { return nil }
                let hits = Double(counter.matches(in: answer.text).count)
                let length = answer.tokens ?? Words(answer.text).words.count
                return [Value(value: hits), Value(value: hits, exposure: Double(length))]
            }
        }
    }

    private func gap(_ probe: String) -> Double? {
        guard case .gap(let gap) = records[.init(probe: probe, sample: 0, isGap: true)] else {
            return nil
        }
        return gap.value
    }

    private func answers(
        to probe: Probe, read: (SampleRecord.Answer) -> [Value]?
    ) -> [Reading] {
        (0..<samples).map { sample in
            let key = SampleRecord.Key(probe: probe.id, sample: sample, isGap: false)
            guard case .answer(let answer) = records[key] else {
                return Reading(probe: probe, sample: sample)
            }
            return Reading(probe: probe, sample: sample, values: read(answer))
        }
    }
}
