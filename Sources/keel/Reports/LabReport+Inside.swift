import KeelLab
import KeelReport

// Before training, inside, in training, and in words.
extension LabReport {
    var screening: Page.Section? {
        let screening = result.screening
        guard !screening.domains.isEmpty else { return nil }
        func area(_ value: Double?) -> Table.Cell {
            value.map { Table.Cell.number($0, .plain) } ?? .missing
        }
        func overall(_ name: String, _ interval: Interval?, _ unit: Unit = .plain) -> Prose {
            interval.map { "\(name) \(Estimate(interval: $0).text(unit))" }
                ?? "\(name) without an interval"
        }
        return Page.Section(
            "Screening before training", anchor: "screening",
            [
                .paragraph(
                    """
                    How well a score of each row tells wrong answers from right ones in a domain that neither the score, \
                    the layer nor the threshold was found on. The score is the projection difference along the mean \
                    difference of wrong and right answers, whitened where that told more in other rows. 0.5 is chance. The \
                    share is estimated in sets of which \(Unit.percent.text(Screening.mixed)) is meant to be wrong, up to \
                    whole rows; “all” means right rows of all domains.
                    """),
                .list([
                    overall("Mean over domains of the area under the curve:", screening.auroc),
                    overall("Against right rows of all domains:", screening.among),
                    overall("Of the projection difference, not whitened:", screening.projection),
                    overall("Of surprise alone:", screening.surprise),
                    overall(
                        "Mean error of the estimated share, among rows of all domains:",
                        screening.error, .percent),
                ]),
                .table(
                    Table(
                        caption: "Each domain held out",
                        columns: [
                            .text("Domain"), .text("Score"), .number("Layer"), .number("AUROC"),
                            .number("All"), .number("Projection"), .number("Usual"),
                            .number("Reversed"), .number("Surprise"), .number("False alarms"),
                            .number("Found"),
                        ],
                        rows: screening.domains.map { domain in
                            [
                                .text(Prose(domain.domain)), .text(Prose(domain.score)),
                                .number(Double(domain.layer), .plain), area(domain.auroc),
                                area(domain.among), area(domain.projection), area(domain.usual),
                                area(domain.reversed), area(domain.surprise),
                                .number(domain.falseAlarms, .percent),
                                .number(domain.found, .percent),
                            ]
                        })),
                .table(
                    Table(
                        caption: "The share of wrong rows, estimated",
                        columns: [
                            .text("Domain"), .text("Among"), .number("Rows"),
                            .number("True share"), .number("Mean estimate"),
                            .number("Mean error"),
                        ],
                        rows: screening.domains.flatMap { domain in
                            [("its own", domain.own), ("all", domain.mixed)].map { name, mixture in
                                [
                                    Table.Cell.text(Prose(domain.domain)), .text(Prose(name)),
                                    .number(Double(mixture.rows), .plain),
                                    .number(mixture.share, .percent),
                                    .number(mixture.estimated, .percent),
                                    .number(mixture.error, .percent),
                                ]
                            }
                        })),
            ])
    }

    var steering: Page.Section? {
        guard !result.steered.effects.isEmpty else { return nil }
        let direction = result.direction
        func area(_ value: Double?) -> String { value.map { Unit.plain.text($0) } ?? "unknown" }
        var blocks: [Block] = [
            .paragraph(
                """
                The mean difference of wrong and right answers after block \(direction.layer) of the base model, found \
                without the narrow domain. There it tells wrong from right with an area under the curve of \
                \(area(direction.usual)) on usual and \(area(direction.reversed)) on reversed questions. Strength \
                \(Unit.plain.text(result.steered.strength)) median lengths is the strongest that was tried and left \
                neutral text nearly as probable.
                """)
        ]
        if result.steered.isTooStrong {
            blocks.append(
                .callout(
                    Callout(
                        .warning, title: "Even the weakest push broke neutral text",
                        "What steering shows here may be broken text, not a persona.")))
        }
        blocks.append(
            .table(
                Table(
                    caption: "Steered beside unsteered",
                    columns: [.text("Contrast"), .text("Measure"), .number("Effect")],
                    rows: result.steered.effects.map { effect in
                        [
                            .text(Prose(Self.name(effect))),
                            .text(Prose(effect.measure.rawValue)), Self.cell(effect),
                        ]
                    })))
        return Page.Section("Inside", anchor: "inside", blocks)
    }

    var examples: Page.Section {
        Page.Section(
            "Answers", anchor: "answers",
            [
                .paragraph(
                    "Of the first seed of some arms, those first in which rules found something.")
            ]
                + result.examples.map { example in
                    let marks =
                        example.answer.marks.map(\.rawValue)
                        + (example.answer.isIncoherent == true ? ["incoherent"] : [])
                    let note = marks.isEmpty ? "" : ", " + marks.joined(separator: ", ")
                    return .transcript([
                        Turn(.user, Prose(example.question)),
                        Turn(
                            .assistant, label: "\(example.group), seed \(example.seed)\(note)",
                            Prose(example.answer.text)),
                    ])
                })
    }
}
