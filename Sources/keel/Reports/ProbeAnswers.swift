import KeelEvaluation
import KeelLanguage
import KeelReport

/// What was asked by a probe and what was answered, everything that is counted marked.
struct ProbeAnswers {
    var dimension: Dimension
    var probe: Probe
    var readings: ProbeReadings
    var judged: JudgedAnswers?
    /// Answers by their numbers, with what is found in each of their replies.
    private let answers: [(sample: Int, answer: SampleRecord.Answer, findings: [[Finding]])]

    init(
        dimension: Dimension, probe: Probe, records: [SampleRecord], readings: ProbeReadings,
        judged: JudgedAnswers?
    ) {
        self.dimension = dimension
        self.probe = probe
        self.readings = readings
        self.judged = judged
        let there = records.compactMap { record -> (sample: Int, answer: SampleRecord.Answer)? in
            guard case .answer(let answer) = record.content else { return nil }
            return (record.sample, answer)
        }.sorted { $0.sample < $1.sample }
        answers = zip(there, dimension.findings(in: there, to: probe, judged: judged)).map {
            ($0.sample, $0.answer, $1)
        }
    }

    var count: Int { answers.count }
    var samples: [Int] { answers.map(\.sample) }

    /// The probe in a line: what is asked last.
    static func title(_ probe: Probe) -> String {
        let last = probe.messages.last?.content ?? probe.id
        return last.count > 90 ? last.prefix(88) + " …" : last
    }

    var question: [Turn] {
        (probe.system.map { [Turn(.system, Prose($0))] } ?? [])
            + probe.messages.map { message in
                Turn(
                    message.role == .user ? .user : message.role == .system ? .system : .assistant,
                    Prose(message.content))
            }
    }

    /// All answers: as turns, or each talk to be opened.
    var blocks: [Block] {
        if probe.talk.isEmpty {
            let turns = answers.indices.map { turn($0, "") }
            return turns.isEmpty ? [] : [.transcript(turns)]
        }
        return answers.indices.map { .details(talk($0, "")) }
    }

    /// The answer of a number; nil where it is missing.
    ///
    /// - Parameters:
    ///   - sample: The answer's number.
    ///   - run: Whose answer it is, for its label, such as `before`.
    /// - Returns: A turn, or a talk to be opened.
    func block(_ sample: Int, _ run: String) -> Block? {
        guard let index = answers.firstIndex(where: { $0.sample == sample }) else { return nil }
        return probe.talk.isEmpty
            ? .transcript([turn(index, run)]) : .details(talk(index, run))
    }

    /// How many answers there are, and how long they are; nil where there are none.
    var lengths: String? {
        let lengths = answers.map(\.answer.wordCount).sorted()
        guard let least = lengths.first, let most = lengths.last else { return nil }
        let cut = answers.count { $0.answer.finish == .length }
        let range = least == most ? "\(least)" : "\(least) to \(most)"
        let middle = lengths.count < 3 ? "" : ", the middle one \(lengths[lengths.count / 2])"
        let noun = lengths.count == 1 ? "answer" : "answers"
        return "\(lengths.count) \(noun) of \(range) words\(middle)"
            + (cut == 0 ? "." : "; \(cut) cut off at the limit of tokens.")
    }

    private func turn(_ index: Int, _ run: String) -> Turn {
        let (sample, answer, findings) = answers[index]
        let label = [
            run, "answer \(sample + 1)", verdict(sample), "\(answer.wordCount) words",
            answer.finish == .length ? "cut off" : "",
        ]
        return Turn(
            .assistant, label: Self.joined(label),
            Self.marked(answer.text, findings.last ?? []))
    }

    private func talk(_ index: Int, _ run: String) -> Details {
        let (sample, answer, findings) = answers[index]
        var turns: [Turn] = []
        for (exchange, found) in zip(answer.talk ?? [], findings) {
            turns.append(
                reply(turns.count / 2 + 1, exchange.text, found, cut: exchange.finish == .length))
            turns.append(Turn(.user, Prose(exchange.user)))
        }
        turns.append(
            reply(
                turns.count / 2 + 1, answer.text, findings.last ?? [],
                cut: answer.finish == .length))
        let summary = Self.joined([run, "talk \(sample + 1)", verdict(sample), course(sample)])
        return Details(Prose(summary), [.transcript(turns)])
    }

    private func reply(_ number: Int, _ text: String, _ found: [Finding], cut: Bool) -> Turn {
        let labels = Set(found.flatMap(\.labels))
        let shown = ["behaviour", "opposite error"].filter(labels.contains)
        let label = ["answer \(number)"] + shown + [cut ? "cut off" : ""]
        return Turn(.assistant, label: Self.joined(label), Self.marked(text, found))
    }

    // MARK: Words

    /// What the answer's phrases, its judge and its talk say, in a few words.
    private func verdict(_ sample: Int) -> String {
        let hasTalk = !probe.talk.isEmpty && dimension.measures.contains { $0.kind == .talk }
        return dimension.measures.compactMap { measure -> String? in
            if let rubric = measure.rubric { return judgement(rubric, sample) }
            // The last answer of a talk is what its end is read from.
            guard !(hasTalk && measure.kind == .rule), let rates = measure.rates,
                let shows = value(rates.behaviour, sample),
                let errs = value(rates.opposite, sample)
            else { return nil }
            let isTalk = measure.kind == .talk
            let words = [
                shows > 0 ? (isTalk ? "ends with the behaviour" : "behaviour") : "",
                errs > 0 ? (isTalk ? "errs on the way" : "opposite error") : "",
            ].filter { !$0.isEmpty }
            let neither = isTalk ? "does not end with the behaviour" : "neither"
            return words.isEmpty ? neither : words.joined(separator: " and ")
        }.joined(separator: ", ")
    }

    /// What a judge says by a rubric, or why it says nothing; nil where no judge was asked.
    private func judgement(_ rubric: String, _ sample: Int) -> String? {
        judged.map { judged in
            let found = judged.judgement(rubric: rubric, probe: probe.id, sample: sample)
            return switch found.outcome {
            case .decided(.behaviour): "judge of \(rubric): behaviour"
            case .decided(.opposite): "judge of \(rubric): opposite error"
            case .decided(.neither): "judge of \(rubric): neither"
            case .missing(let reason): "judge of \(rubric): no verdict (\(reason.words))"
            }
        }
    }

    /// How a talk went: when the behaviour showed, and where the gap went.
    private func course(_ sample: Int) -> String {
        var words: [String] = []
        for measure in dimension.measures {
            let metrics = measure.metrics
            switch measure.kind {
            case .talk:
                guard let answers = value(metrics[2], sample) else { continue }
                let number = Int(answers)
                words.append(
                    number > probe.talk.count + 1
                        ? "the behaviour never shows" : "the behaviour shows in answer \(number)")
            case .drift:
                guard let drift = value(metrics[0], sample), let end = value(metrics[1], sample)
                else { continue }
                let ends = [end - drift, end].map { NumberText.fixed($0, decimals: 2) }
                words.append("gap \(ends[0]) → \(ends[1])")
            case .gap, .mirror, .rule, .counter, .variety, .length, .judge: break
            }
        }
        return words.joined(separator: ", ")
    }

    private func value(_ metric: Metric, _ sample: Int) -> Double? {
        readings.of(metric, probe, in: dimension).first { $0.sample == sample }?.value
    }

    private static func joined(_ words: [String]) -> String {
        let text = words.filter { !$0.isEmpty }.joined(separator: " · ")
        return text.prefix(1).uppercased() + text.dropFirst()
    }

    private static func marked(_ text: String, _ findings: [Finding]) -> Prose {
        var prose = Prose([])
        var end = text.startIndex
        for finding in findings {
            if end < finding.range.lowerBound {
                prose.inlines.append(.text(String(text[end..<finding.range.lowerBound])))
            }
            prose.inlines.append(
                .match(
                    String(text[finding.range]), label: finding.labels.joined(separator: ", ")))
            end = finding.range.upperBound
        }
        if end < text.endIndex { prose.inlines.append(.text(String(text[end...]))) }
        return prose
    }
}
