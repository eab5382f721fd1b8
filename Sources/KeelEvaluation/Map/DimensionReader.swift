import KeelLanguage

/// Applies the measures of one dimension to the records of a run.
struct DimensionReader {
    let dimension: Dimension
    let samples: Int
    let records: [SampleRecord.Key: SampleRecord.Content]
    /// Nil where no judge was asked.
    var judged: JudgedAnswers?

    /// What a measure reads from a record, or pair of records, that the plan asks for.
    struct Reading {
        var probe: Probe
        var sample: Int
        /// In the order of the measure's metrics; nil where a record is missing or can't be judged.
        var values: [Value?]?
    }

    struct Value {
        var value: Double
        var exposure = 1.0

        static func share(_ holds: Bool) -> Value { Value(value: holds ? 1 : 0) }
    }

    func readings(of measure: Measure) -> [Reading] {
        switch measure.kind {
        case .gap: gaps()
        case .mirror: measure.quantity.map(mirrors) ?? []
        case .rule: rules()
        case .counter: measure.counter.flatMap(Counter.named).map(counts) ?? []
        case .talk: talks()
        case .drift: drifts()
        case .variety: dimension.probes.flatMap(variety)
        case .length: dimension.probes.flatMap(lengths)
        case .judge: measure.rubric.map(verdicts) ?? []
        }
    }

    private func gaps() -> [Reading] {
        dimension.probes.filter(dimension.scores).map { probe in
            Reading(
                probe: probe, sample: 0,
                values: gap(probe.id).map { [Value(value: $0), .share($0 > 0)] })
        }
    }

    private func rules() -> [Reading] {
        dimension.probes.filter(\.hasRule).flatMap { probe in
            let rule = Rule(probe)
            return answers(to: probe) { answer in
                let (shows, errs) = rule.reads(answer.text)
                return [.share(shows), .share(errs), .share(!shows && !errs)]
            }
        }
    }

    private func counts(_ counter: Counter) -> [Reading] {
        dimension.probes.flatMap { probe in
            answers(to: probe) { answer in
                let replies = answer.replies.filter {
                    !(counter.needsEnding && $0.finish == .length)
                }
                guard !replies.isEmpty else { return nil }
                let hits = Double(replies.reduce(0) { $0 + counter.matches(in: $1.text).count })
                let length = replies.reduce(0) { $0 + ($1.tokens ?? Self.words($1.text)) }
                return [
                    Value(value: hits, exposure: Double(replies.count)),
                    Value(value: hits, exposure: Double(length)),
                ]
            }
        }
    }

    private func talks() -> [Reading] {
        dimension.probes.filter { !$0.talk.isEmpty && $0.hasRule }.flatMap { probe in
            let rule = Rule(probe)
            return answers(to: probe) { answer in
                let read = answer.replies.map { rule.reads($0.text) }
                guard let last = read.last else { return nil }
                // Never counts as one answer more than the longest talk has.
                let first = read.firstIndex { $0.shows && !$0.errs } ?? probe.talk.count + 1
                return [
                    .share(last.shows && !last.errs), .share(read.contains(where: \.errs)),
                    Value(value: Double(first + 1)),
                ]
            }
        }
    }

    private func drifts() -> [Reading] {
        dimension.probes.filter(dimension.scoresEnd).flatMap { probe in
            answers(to: probe) { answer in
                guard let end = answer.end, let start = gap(probe.id) else { return nil }
                return [Value(value: end.value - start), Value(value: end.value)]
            }
        }
    }

    private func lengths(_ probe: Probe) -> [Reading] {
        answers(to: probe) { answer in
            [Value(value: Double(Self.words(answer.text))), .share(answer.finish != .length)]
        }
    }

    private func variety(_ probe: Probe) -> [Reading] {
        let profiles = profiles(of: probe)
        return answers(to: probe) { answer in
            let verse = Verse(answer.text)
            return [
                nil, nil, verse.rhymeShare.map { Value(value: $0) },
                Value(value: Double(verse.endings.count)),
                Value(value: Double(Self.words(answer.text))),
            ]
        }
        .map { reading in
            var reading = reading
            if let index = profiles.samples.firstIndex(of: reading.sample) {
                let all = profiles.profiles
                reading.values?[0] = all.distance(of: index).map { Value(value: $0) }
                reading.values?[1] = all.repeatedFourGrams(of: index).map { Value(value: $0) }
            }
            return reading
        }
    }

    // MARK: Pairs

    private func mirrors(_ quantity: Measure.Quantity) -> [Reading] {
        if quantity == .judge, judged == nil { return [] }
        return dimension.probes.flatMap { probe -> [Reading] in
            guard let id = probe.mirrors,
                let first = dimension.probes.first(where: { $0.id == id })
            else { return [] }
            if quantity == .gap {
                var reading = Reading(probe: probe, sample: 0)
                if let a = gap(first.id), let b = gap(probe.id) {
                    reading.values = [Value(value: a - b), Value(value: abs(a - b))]
                }
                return [reading]
            }
            let (a, b) = (values(quantity, first), values(quantity, probe))
            return (0..<samples).map { sample in
                var reading = Reading(probe: probe, sample: sample)
                if let a = a[sample], let b = b[sample] { reading.values = [Value(value: a - b)] }
                return reading
            }
        }
    }

    /// A quantity of each of a probe's answers, by their numbers.
    private func values(_ quantity: Measure.Quantity, _ probe: Probe) -> [Int: Double] {
        if quantity == .distance {
            let profiles = profiles(of: probe)
            let distances = profiles.samples.indices.compactMap { index in
                profiles.profiles.distance(of: index).map { (profiles.samples[index], $0) }
            }
            return Dictionary(distances, uniquingKeysWith: { first, _ in first })
        }
        if quantity == .judge { return choices(on: probe) }
        var values: [Int: Double] = [:]
        for sample in 0..<samples {
            guard let answer = answer(probe.id, sample) else { continue }
            switch quantity {
            case .words: values[sample] = Double(Self.words(answer.text))
            case .counter(let id):
                guard let counter = Counter.named(id),
                    !(counter.needsEnding && answer.finish == .length)
                else { continue }
                values[sample] = Double(counter.matches(in: answer.text).count)
            case .gap, .distance, .judge: break
            }
        }
        return values
    }

    /// Of each answer that the judge gave a verdict on, 1 for the behaviour and 0 for the others.
    private func choices(on probe: Probe) -> [Int: Double] {
        guard let judged,
            let rubric = dimension.measures.first(where: { $0.kind == .judge })?.rubric
        else { return [:] }
        var values: [Int: Double] = [:]
        for sample in 0..<samples {
            let judgement = judged.judgement(rubric: rubric, probe: probe.id, sample: sample)
            if let choice = judgement.choice {
                values[sample] = choice == Verdict.behaviour ? 1 : 0
            }
        }
        return values
    }

    // MARK: Records

    private func gap(_ probe: String) -> Double? {
        guard case .gap(let gap) = records[.init(probe: probe, sample: 0, isGap: true)] else {
            return nil
        }
        return gap.value
    }

    private func answer(_ probe: String, _ sample: Int) -> SampleRecord.Answer? {
        guard case .answer(let answer) = records[.init(probe: probe, sample: sample, isGap: false)]
        else { return nil }
        return answer
    }

    private func answers(
        to probe: Probe, read: (SampleRecord.Answer) -> [Value?]?
    ) -> [Reading] {
        (0..<samples).map { sample in
            Reading(
                probe: probe, sample: sample, values: answer(probe.id, sample).flatMap(read))
        }
    }

    /// The answers that are there, and their numbers.
    private func profiles(of probe: Probe) -> (samples: [Int], profiles: [AnswerProfile]) {
        let there = (0..<samples).compactMap { sample in
            answer(probe.id, sample).map { (sample, AnswerProfile($0.text)) }
        }
        return (there.map(\.0), there.map(\.1))
    }

    private static func words(_ text: String) -> Int { Words(text).words.count }
}

/// A probe's phrases, ready to look for.
private struct Rule {
    private let behaviour: PhraseSet
    private let opposite: PhraseSet

    init(_ probe: Probe) {
        behaviour = PhraseSet(probe.behaviour)
        opposite = PhraseSet(probe.opposite)
    }

    func reads(_ text: String) -> (shows: Bool, errs: Bool) {
        let words = Words(text).words
        return (!behaviour.matches(in: words).isEmpty, !opposite.matches(in: words).isEmpty)
    }
}
