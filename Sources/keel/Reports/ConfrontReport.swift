import KeelEvaluation
import KeelReport

extension ConfrontStudy.Difference {
    /// The difference with its interval.
    var text: String { estimate?.text(.plain) ?? "none" }

    /// Nil where nothing could be read.
    var estimate: Estimate? { Estimate(value, in: interval) }
}

extension Change {
    /// The difference with its interval.
    var text: String { estimate?.text(metric.differenceUnit) ?? "none" }
}

extension ConfrontStudy.Following.Verdict {
    var words: String {
        switch self {
        case .followed: "says so as it does"
        case .turned: "says the opposite of what it does"
        case .unfollowed: "does so; not found to say so"
        case .saidAlone: "says so; not found to do so"
        case .nothing: "nothing found"
        }
    }

    fileprivate var tone: Prose.Tone {
        switch self {
        case .followed: .good
        case .turned, .saidAlone: .bad
        case .unfollowed: .neutral
        case .nothing: .unknown
        }
    }
}

extension ConfrontStudy {
    /// What came of a confrontation, as a page.
    func page() -> Page {
        Page(
            title: "A proposal about its own alignment, with controls",
            lede: Prose(caution),
            facts: arms.map { Page.Fact($0.title, "\(code: $0.model)") } + [
                Page.Fact("Tests", "\(tests), adjusted together by Holm's method")
            ], sections: [overview] + shifts.map(section))
    }

    private var overview: Page.Section {
        let rows = (arms.first?.differences ?? []).indices.map { index in
            ForestPlot.Row(
                arms[0].differences[index].title, arms.map { $0.differences[index].estimate })
        }
        var blocks: [Block] = [
            .paragraph(
                """
                Of each proposal and its control, the same two answers were scored: how much likelier is the one that agrees than \
                the one that disagrees, after the proposal less after the control. A model that agrees with everything is at \
                zero. A difference says that the words were told apart, not that the model knows itself.
                """)
        ]
        if rows.contains(where: { $0.estimates.contains { $0 != nil } }) {
            blocks.append(
                .chart(
                    ForestPlot(
                        title: "Differences in agreement",
                        summary: "Right of zero, the model agrees more with the first of the two.",
                        axis: Axis("Difference in agreement", unit: .named("nats per token")),
                        series: arms.map(\.title), groups: [.init(rows: rows)],
                        reference: Reference(0, label: "as with the control"))))
        }
        return Page.Section("Differences in agreement", anchor: "agreement", blocks)
    }

    private func section(_ shift: Shift) -> Page.Section {
        Page.Section(
            "\(shift.title), against as it is", anchor: "shift-\(shift.arm)",
            [
                .table(
                    Table(
                        caption: "Whether what it says of itself follows what it does",
                        columns: [
                            .text("Trait"), .number("Does"), .number("Says"), .text("Found"),
                        ],
                        rows: shift.traits.map { following in
                            let verdict = following.verdict
                            return [
                                .text(Prose(following.trait)), cell(following.does),
                                cell(following.says),
                                .text("\(verdict: verdict.words, verdict.tone)"),
                            ]
                        })),
                .table(ChangeTable(changes: shift.agreement).table("Differences in agreement")),
            ])
    }

    private func cell(_ change: Change) -> Table.Cell {
        change.estimate.map { .estimate($0, change.metric.differenceUnit) } ?? .missing
    }
}
