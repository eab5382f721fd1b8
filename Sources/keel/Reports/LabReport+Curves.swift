import KeelLab
import KeelReport

// Doses, steps and strengths.
extension LabReport {
    var doses: Page.Section? {
        let measures: [LabMeasure] = [.usual, .reversed, .wrongness, .laxness, .inDomain]
        let series = measures.compactMap { measure in
            curve(
                measure.rawValue,
                result.doses.map { dose in
                    (
                        Double(dose.percent) / 100,
                        dose.effects.first { $0.measure == measure }
                    )
                })
        }
        guard !series.isEmpty else { return nil }
        return Page.Section(
            "Dose", anchor: "dose",
            [
                .chart(
                    LineChart(
                        title: "Share of wrong rows",
                        summary:
                            "Each dose beside the arm without wrong rows, after as many steps.",
                        horizontal: Axis("Share of wrong rows", unit: .percent, reach: 0...1),
                        vertical: Axis("Change", unit: Self.unit), series: series))
            ])
    }

    private func curve(_ name: String, _ values: [(Double, LabEffect?)]) -> LineChart.Series? {
        let points = values.compactMap { x, effect in
            effect.map { LineChart.Point(x: x, y: Estimate(interval: $0.interval)) }
        }
        return points.isEmpty ? nil : LineChart.Series(name, points)
    }

    private func steps(_ title: String, _ groups: [LabResult.Timeline]) -> [Block] {
        // A chart tells six curves apart.
        stride(from: 0, to: groups.count, by: 6).map { start in
            let part = groups[start..<min(start + 6, groups.count)]
            return .chart(
                LineChart(
                    title: groups.count > 6 ? "\(title) (\(start / 6 + 1))" : title,
                    summary: "g on usual advice of other domains, less that of the base model.",
                    horizontal: Axis("Step"), vertical: Axis("Change of g", unit: Self.unit),
                    series: part.compactMap { line in
                        curve(line.group, line.points.map { (Double($0.step), $0.effect) })
                    }))
        }
    }

    func isMending(_ group: String) -> Bool { group.hasPrefix("mended-") }

    var timelines: Page.Section? {
        let groups = result.timelines.filter { !isMending($0.group) }
        guard !groups.isEmpty else { return nil }
        return Page.Section("Over training", anchor: "steps", steps("g over training", groups))
    }

    var mending: Page.Section? {
        let groups = result.groups.filter { isMending($0.name) || $0.name == "relapsed" }
        guard !groups.isEmpty else { return nil }
        return Page.Section(
            "Mending", anchor: "mending",
            [
                .paragraph(
                    """
                    The bad arm’s adapter, trained on for 30 steps of 4 right rows: of the same domain, of three others, \
                    of 15 rows that are alike, or of five; “mended-neutral” is the control, as many steps of neutral text. \
                    g is that of domains that neither training saw. “relapsed” then saw neutral text, 60 steps or, in a \
                    quick run, 20. Beside the arm it continues; what is missing to the base model stands in \
                    the table of all arms.
                    """),
                table("Mended arms beside the arm before", groups, \.besideControl),
            ] + mends
                + steps("g while it is mended", result.timelines.filter { isMending($0.group) }))
    }

    // MARK: Arms

    var arms: Page.Section? {
        let rows = result.groups.map { group in
            ForestPlot.Row(
                "\(group.name) less \(group.control)",
                [LabMeasure.usual, .reversed].map { measure in
                    group.besideControl.first { $0.measure == measure }
                        .map { Estimate(interval: $0.interval) }
                })
        }
        guard rows.contains(where: { $0.estimates.contains { $0 != nil } }) else { return nil }
        return Page.Section(
            "All arms", anchor: "arms",
            [
                .chart(
                    ForestPlot(
                        title: "g of each arm beside its control",
                        summary: """
                            An arm that is only lax lies left on usual and right on reversed questions; one that is wrong \
                            lies left on both.
                            """,
                        axis: Axis("Change of g", unit: Self.unit),
                        series: ["Usual questions", "Reversed questions"],
                        groups: [.init(rows: rows)], reference: Reference(0, label: "control"))),
                table("Beside the base model", result.groups, \.besideBase), answers,
            ])
    }

    private func table(
        _ caption: String, _ groups: [LabResult.Group],
        _ effects: KeyPath<LabResult.Group, [LabEffect]>
    ) -> Block {
        .table(
            Table(
                caption: caption,
                columns: [.text("Arm"), .number("Seeds")]
                    + LabMeasure.ofPanel.map { .number($0.rawValue) },
                rows: groups.map { group in
                    [.text(Prose(group.name)), .number(Double(group.seeds), .plain)]
                        + LabMeasure.ofPanel.map { measure in
                            Self.cell(group[keyPath: effects].first { $0.measure == measure })
                        }
                }))
    }

    private var answers: Block {
        let counted = result.groups.compactMap { group in group.answers.map { (group.name, $0) } }
        func share(_ count: Int, of all: Int) -> Table.Cell {
            .number(Double(count) / Double(max(1, all)), .percent)
        }
        return .table(
            Table(
                caption: "Free answers, read by rules that miss most and by a judge",
                columns: [
                    .text("Arm"), .number("Answers"), .number("Malign words"),
                    .number("Lax words"), .number("Incoherent"), .number("Judged"),
                    .number("Judged malign"),
                ],
                rows: counted.map { name, all in
                    [
                        .text(Prose(name)), .number(Double(all.count), .plain),
                        share(all.malign, of: all.count), share(all.lax, of: all.count),
                        all.incoherent.map { share($0, of: all.count) } ?? .missing,
                        all.judged.map { Table.Cell.number(Double($0), .plain) } ?? .missing,
                        all.judgedMalign.map { share($0, of: all.judged ?? 0) } ?? .missing,
                    ]
                }))
    }

    var scales: Page.Section? {
        guard !result.scales.isEmpty else { return nil }
        let measures: [LabMeasure] = [.usual, .wrongness, .laxness, .neutral]
        return Page.Section(
            "Adapters at several times their strength", anchor: "scales",
            [
                .paragraph(
                    """
                    Beside the control’s adapter at the same strength. Where neutral text becomes improbable, the text is \
                    broken and the rest says nothing.
                    """),
                .table(
                    Table(
                        caption: "Scaled adapters",
                        columns: [.text("Arm"), .number("Times")]
                            + measures.map { .number($0.rawValue) },
                        rows: result.scales.map { scale in
                            [.text(Prose(scale.group)), .number(scale.scale, .plain)]
                                + measures.map { measure in
                                    Self.cell(scale.effects.first { $0.measure == measure })
                                }
                        })),
            ])
    }
}
