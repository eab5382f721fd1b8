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
        func overall(_ name: String, _ interval: Interval?) -> Prose {
            interval.map { "\(name) \(Estimate(interval: $0).text(.plain))" }
                ?? "\(name) without an interval"
        }
        return Page.Section(
            "Screening before training", anchor: "screening",
            [
                .paragraph(
                    """
                    How well the projection difference of a row tells wrong answers from right ones in a domain that \
                    neither the direction, the layer nor the threshold was found on. 0.5 is chance. The share is estimated \
                    in mixtures of which \(Unit.percent.text(Screening.mixed)) is meant to be wrong, up to whole rows.
                    """),
                .list([
                    overall("Mean over domains of the area under the curve:", screening.auroc),
                    overall("Of surprise alone:", screening.surprise),
                ]),
                .table(
                    Table(
                        caption: "Each domain held out",
                        columns: [
                            .text("Domain"), .number("Layer"), .number("AUROC"), .number("Usual"),
                            .number("Reversed"), .number("Surprise"), .number("False alarms"),
                            .number("Found"), .number("True share"), .number("Estimated share"),
                            .number("Mean error"),
                        ],
                        rows: screening.domains.map { domain in
                            [
                                .text(Prose(domain.domain)),
                                .number(Double(domain.layer), .plain), area(domain.auroc),
                                area(domain.usual), area(domain.reversed), area(domain.surprise),
                                .number(domain.falseAlarms, .percent),
                                .number(domain.found, .percent),
                                .number(domain.share, .percent),
                                .number(domain.estimated, .percent),
                                .number(domain.shareError, .percent),
                            ]
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
