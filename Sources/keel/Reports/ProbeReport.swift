import KeelEvaluation
import KeelReport

/// One probe: what was asked, its numbers beside the dimension's, and every answer.
struct ProbeReport {
    var dimension: Dimension
    var probe: Probe
    /// What is shown of the probe.
    var records: [SampleRecord]
    var readings: ProbeReadings
    var judged: JudgedAnswers?
    var map: CharacterMap.DimensionMap

    func details() -> Details {
        let answers = ProbeAnswers(
            dimension: dimension, probe: probe, records: records, readings: readings,
            judged: judged)
        var blocks: [Block] = [.transcript(answers.question)]
        if let numbers { blocks.append(.table(numbers)) }
        if let lengths = answers.lengths { blocks.append(.paragraph(Prose(lengths))) }
        blocks += answers.blocks
        for case .gap(let gap) in records.map(\.content) {
            blocks.append(.table(Self.table(gap)))
        }
        return Details(
            Prose(ProbeAnswers.title(probe)), anchor: probe.anchor, isDeferred: true,
            isHeading: true, blocks)
    }

    /// The probe's own values; nil where nothing was read.
    private var numbers: Table? {
        let rows = map.measurements.compactMap { measurement -> [Table.Cell]? in
            let metric = measurement.metric
            guard let value = readings.value(metric, probe, in: dimension) else { return nil }
            return [
                .text(Prose("\(metric.title), \(metric.unit)")), .number(value, metric.shownUnit),
                measurement.value.map { .number($0, metric.shownUnit) } ?? .missing,
                .number(Double(readings.of(metric, probe, in: dimension).count), .plain),
            ]
        }
        guard !rows.isEmpty else { return nil }
        return Table(
            caption: "This probe beside all of the dimension",
            columns: [
                .text("Measure"), .number("This probe"), .number("Dimension"),
                .number("Readings here"),
            ],
            rows: rows)
    }

    private static func table(_ gap: SampleRecord.Gap) -> Table {
        let rows = [("good", gap.good), ("bad", gap.bad)].flatMap { kind, continuations in
            continuations.map { (kind, $0) }
        }
        return Table(
            caption: "Written continuations, and how probable the model finds them",
            columns: [
                .text("Continuation"), .text("Kind"), .number("Tokens"), .number("Nats per token"),
            ],
            rows: rows.map { kind, continuation in
                [
                    .text(Prose(continuation.text)), .text(Prose(kind)),
                    .number(Double(continuation.tokens), .plain),
                    .number(continuation.logprob / Double(continuation.tokens), .plain),
                ]
            })
    }
}
