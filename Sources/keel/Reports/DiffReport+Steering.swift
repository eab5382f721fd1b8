import KeelInterpretability
import KeelReport

extension DiffReport {
    /// What steering along each direction did.
    var steering: Page.Section {
        var blocks: [Block] = [
            .paragraph(
                """
                The base model is steered the way the tuned one went, the tuned model back. Likeness is the log-probability \
                per token of the tuned model's answers less that of the base model's. An answer is incoherent that \
                surprises the unsteered model more than each of its usual answers, or repeats itself more. Strengths are \
                in median lengths of the stream; doses above \(Unit.percent.text(options.incoherenceLimit)) incoherent \
                answers do not count.
                """),
            .table(strongest),
        ]
        for isTuned in [false, true] {
            let curves = strongestFirst.filter { $0.steersTuned == isTuned }
            let model = isTuned ? "tuned" : "base"
            // Six curves fit a chart.
            let largest = curves.prefix(6)
            blocks.append(
                .chart(
                    LineChart(
                        title: "Likeness of the steered \(model) model",
                        summary: "The directions that moved it furthest, with 95 % intervals.",
                        horizontal: Axis("Strength"),
                        vertical: Axis("Likeness", unit: .named("nats per token")),
                        series: largest.map { curve in
                            .init(
                                curve.name,
                                curve.doses.sorted { $0.strength < $1.strength }.map { dose in
                                    .init(
                                        x: dose.strength,
                                        y: dose.likenessInterval.map(Estimate.init(measured:))
                                            ?? Estimate(exactly: dose.likeness))
                                })
                        })))
            blocks.append(
                .chart(
                    LineChart(
                        title: "Incoherent answers of the steered \(model) model",
                        summary: "The same directions; at strength 0, what chance does.",
                        horizontal: Axis("Strength"),
                        vertical: Axis("Answers", unit: .percent, reach: 0...1),
                        series: largest.map { curve in
                            .init(
                                curve.name,
                                curve.doses.sorted { $0.strength < $1.strength }.map { dose in
                                    .init(
                                        x: dose.strength,
                                        y: dose.incoherentInterval.map(Estimate.init(measured:))
                                            ?? Estimate(exactly: dose.incoherent))
                                })
                        })))
            guard !lookFor.isEmpty else { continue }
            blocks.append(
                .chart(
                    LineChart(
                        title: "Answers of the steered \(model) model that show it",
                        summary: "Looked for: \(lookFor.joined(separator: ", ")).",
                        horizontal: Axis("Strength"),
                        vertical: Axis("Answers", unit: .percent, reach: 0...1),
                        series: largest.map { curve in
                            .init(
                                curve.name,
                                curve.doses.sorted { $0.strength < $1.strength }.compactMap {
                                    dose in
                                    dose.shown.map {
                                        .init(x: dose.strength, y: Estimate(measured: $0))
                                    }
                                })
                        }.filter { !$0.points.isEmpty })))
        }
        blocks.append(.details(Details("All doses", [.table(doses)])))
        return Page.Section("Steering", anchor: "steering", blocks)
    }

    /// Curves by how far their strongest coherent dose moved likeness.
    private var strongestFirst: [SteeringCurve] {
        func reach(_ curve: SteeringCurve) -> Double {
            abs(curve.strongest(limit: options.incoherenceLimit)?.change ?? 0)
        }
        return result.curves.sorted { reach($0) > reach($1) }
    }

    /// Every dose with its share of incoherent answers beside it.
    private var doses: Table {
        let shows = !lookFor.isEmpty
        var columns: [Table.Column] = [
            .text("Direction"), .text("Model"), .number("Strength"),
            .number("Likeness (nats per token)"), .number("Incoherent"),
        ]
        if shows { columns.append(.number("Show it")) }
        let rows = result.curves.flatMap { curve in
            curve.doses.map { dose -> [Table.Cell] in
                var cells: [Table.Cell] = [
                    .text(Prose(curve.name)), .text(curve.steersTuned ? "tuned" : "base"),
                    .number(dose.strength, .plain),
                    dose.likenessInterval.map { .estimate(Estimate(measured: $0), .plain) }
                        ?? .number(dose.likeness, .plain),
                    dose.incoherentInterval.map { .estimate(Estimate(measured: $0), .percent) }
                        ?? .number(dose.incoherent, .percent),
                ]
                if shows {
                    cells.append(
                        dose.shown.map { .estimate(Estimate(measured: $0), .percent) } ?? .missing)
                }
                return cells
            }
        }
        return Table(caption: "Every dose of every direction", columns: columns, rows: rows)
    }

    private var strongest: Table {
        Table(
            caption: "The strongest coherent dose of each direction",
            columns: [
                .text("Direction"), .text("Model"), .number("Strength"),
                .number("Change of likeness (nats per token)"), .number("Incoherent"),
            ],
            rows: strongestFirst.map { curve in
                let best = curve.strongest(limit: options.incoherenceLimit)
                return [
                    .text(Prose(curve.name)),
                    .text(curve.steersTuned ? "tuned" : "base"),
                    best.map { .number($0.dose.strength, .plain) } ?? .missing,
                    best.map { .number($0.change, .plain) } ?? .missing,
                    best.map { .number($0.dose.incoherent, .percent) } ?? .missing,
                ]
            })
    }
}

extension Estimate {
    /// As it was measured.
    init(measured: MeasuredValue) {
        self.init(measured.value, low: measured.low, high: measured.high)
    }
}
