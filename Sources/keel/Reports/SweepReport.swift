import KeelCharacter
import KeelEvaluation
import KeelReport

extension Sweep {
    /// Behaviour against strength, as a page.
    func page() -> Page {
        Page(
            title: "How far “\(principle)” moves",
            lede: """
                Behaviour against how strongly a principle is put, from no message at all to “always, and without any \
                exception”. A clause is a push of some size, and no law.
                """,
            facts: [
                .init("Model", "\(code: model)"), .init("Wordings", "\(wordings.count)"),
                .init("Tests", "\(tests), adjusted together by Holm's method"),
            ],
            sections: [curves, prompts])
    }

    private var steps: [Step] { wordings.first?.steps ?? [] }

    private var curves: Page.Section {
        Page.Section(
            "Curves", anchor: "curves",
            (steps.first?.measurements ?? []).indices.flatMap { index -> [Block] in
                guard let shown = steps.first?.measurements[index] else { return [] }
                let rows = steps.indices.map { step in
                    ForestPlot.Row(
                        steps[step].strength.rawValue,
                        wordings.map { $0.steps[step].measurements[index].estimate },
                        note: wordings.compactMap { wording in
                            wording.steps[step].changes.first {
                                $0.metric == shown.metric && $0.title == shown.title
                                    && $0.verdict.isFound
                            }?.verdict.word
                        }.joined(separator: ", "))
                }
                guard rows.contains(where: { $0.estimates.contains { $0 != nil } }) else {
                    return []
                }
                return [
                    .chart(
                        ForestPlot(
                            title: "\(shown.title), \(shown.metric.title)",
                            summary: "From no message at the top to the strongest at the bottom.",
                            axis: Axis(shown.metric.title, unit: shown.metric.shownUnit),
                            series: wordings.count == 1
                                ? ["With intervals of 95 %"]
                                : wordings.indices.map { "Wording \($0 + 1)" },
                            groups: [.init(rows: rows)]))
                ]
            })
    }

    private var prompts: Page.Section {
        Page.Section(
            "System messages", anchor: "messages",
            wordings.enumerated().map { number, wording in
                .details(
                    Details(
                        "Wording \(number + 1)", anchor: "wording-\(number + 1)", isHeading: true,
                        wording.steps.filter { !$0.system.isEmpty }.flatMap { step in
                            [
                                Block.paragraph("\(strong: step.strength.rawValue)"),
                                .transcript([Turn(.system, Prose(step.system))]),
                                .table(ChangeTable(changes: step.changes).table("From no message")),
                            ]
                        }))
            })
    }
}
