import KeelLab
import KeelReport

// What screening saved, what stands in thoughts, and what monitors saw.
extension LabReport {
    private func share(_ value: Double?) -> Table.Cell {
        value.map { Table.Cell.number($0, .percent) } ?? .missing
    }

    var dropping: Page.Section? {
        guard !result.screened.isEmpty else { return nil }
        return Page.Section(
            "Without flagged rows", anchor: "screened",
            [
                .paragraph(
                    """
                    Rows that screening flags were left out before training, which then had as many steps: on fewer rows, \
                    each seen more often.
                    """),
                .table(
                    Table(
                        caption: "Rows left out",
                        columns: [
                            .text("Arm"), .number("Of wrong rows"), .number("Of right rows"),
                        ],
                        rows: result.screened.map {
                            [.text(Prose($0.group)), share($0.found), share($0.lost)]
                        })),
                .table(
                    Table(
                        caption: "Beside the same rows untreated, and beside right rows alone",
                        columns: [.text("Contrast"), .text("Measure"), .number("Effect")],
                        rows: result.screened.flatMap { $0.besideUntreated + $0.besideRight }.map {
                            [
                                .text(Prose(Self.name($0))), .text(Prose($0.measure.rawValue)),
                                Self.cell($0),
                            ]
                        })),
            ])
    }

    var thoughts: Page.Section? {
        guard !result.thoughts.isEmpty else { return nil }
        let passages = result.thoughts.flatMap { group in
            group.passages.prefix(3).map { Prose("\(group.group): \($0)") }
        }
        return Page.Section(
            "In thoughts", anchor: "thoughts",
            [
                .paragraph(
                    """
                    Answers to questions of character that asked for thoughts first. The reader takes about one thought in \
                    five that is none for a persona, so only a difference between arms says something. Answers without \
                    thoughts are missing.
                    """),
                .table(
                    Table(
                        caption: "Thoughts that speak as somebody else",
                        columns: [
                            .text("Arm"), .number("Asked"), .number("With thoughts"),
                            .number("As somebody else"),
                        ],
                        rows: result.thoughts.map { group in
                            [
                                .text(Prose(group.group)), .number(Double(group.asked), .plain),
                                .number(Double(group.read), .plain),
                                share(
                                    group.read > 0
                                        ? Double(group.shifted) / Double(group.read) : nil),
                            ]
                        })),
            ] + (passages.isEmpty ? [] : [.list(passages)]))
    }

    /// The place of monitors: what they saw, if any ran.
    var warning: Page.Section? {
        guard let warning = result.warning else {
            return Page.Section(
                "Warning before behaviour", anchor: "warning",
                [
                    .paragraph(
                        """
                        No monitor ran in this experiment. \(code: "keel lab misalignment --warning") scores a monitor \
                        against steps, loss, drift and behaviour.
                        """)
                ])
        }
        func rate(_ interval: Interval?) -> Table.Cell {
            interval.map { .estimate(Estimate(interval: $0), .percent) } ?? .missing
        }
        return Page.Section(
            "Warning before behaviour", anchor: "warning",
            [
                .paragraph(
                    """
                    Short runs on right rows, and on rows of which some are wrong. Each run’s limits come from the benign \
                    runs of other domains and other seeds, for \(Unit.percent.text(warning.rate)) false alarms; the \
                    direction was found without the run’s domain. “gap” is g itself, in other domains. Cost is the time of \
                    a monitor over that of the steps.
                    """),
                .table(
                    Table(
                        caption: "Monitors on benign runs that their limits were not set on",
                        columns: [
                            .text("Monitor"), .number("Runs"), .number("False alarms"),
                            .number("Cost"),
                        ],
                        rows: warning.monitors.map { monitor in
                            [
                                .text(Prose(monitor.name)), .number(Double(monitor.benign), .plain),
                                rate(monitor.falseAlarms), share(monitor.cost),
                            ]
                        })),
                .table(
                    Table(
                        caption: "The same monitors on contaminated runs",
                        columns: [
                            .text("Monitor"), .number("Wrong rows"), .number("Runs"),
                            .number("Found"), .number("Median step"),
                        ],
                        rows: warning.monitors.flatMap { monitor in
                            monitor.doses.map { dose in
                                [
                                    Table.Cell.text(Prose(monitor.name)),
                                    .number(Double(dose.percent) / 100, .percent),
                                    .number(Double(dose.runs), .plain), rate(dose.found),
                                    dose.step.map { Table.Cell.number($0, .plain) } ?? .missing,
                                ]
                            }
                        })),
                .table(
                    Table(
                        caption: "Steps by which the direction comes before another, in bad runs",
                        columns: [
                            .text("Contrast"), .number("Lead"), .number("p"), .number("Runs"),
                            .number("Earlier"), .number("Same step"), .number("Later"),
                        ],
                        rows: warning.leads.map { lead in
                            [
                                .text(Prose(Self.name(lead.effect))), Self.cell(lead.effect),
                                .pValue(lead.effect.pValue),
                                .number(Double(lead.effect.observations), .plain),
                                .number(Double(lead.earlier), .plain),
                                .number(Double(lead.same), .plain),
                                .number(Double(lead.later), .plain),
                            ]
                        })),
            ])
    }
}
