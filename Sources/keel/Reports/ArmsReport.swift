import KeelEvaluation
import KeelReport

extension Arms {
    /// Two arms beside each other, as a page.
    func page() -> Page {
        let differing = between.traits.filter { $0.changes.contains { $0.verdict.isFound } }
        return Page(
            title: "Two ways to train \(constitution)",
            lede: differing.isEmpty
                ? "In no trait was a difference found between the arms."
                : "The arms were found to differ in \(differing.map(\.id).joined(separator: ", ")).",
            facts: [
                .init("Arms", Prose(title)), .init("Between them", Prose(causes)),
                .init("Models", Prose(models.joined(separator: " "))),
                .init("Tests", "\(tests), adjusted together by Holm's method"),
            ],
            sections: rows.map { row in
                Page.Section(
                    "Trait “\(row.trait)”", anchor: "trait-\(row.trait)",
                    charts(row.first, row.second)
                        + [
                            table(row.first.changes, "From before to \(names[0])"),
                            table(row.second.changes, "From before to \(names[1])"),
                            table(row.between, "From \(names[0]) to \(names[1])"),
                        ].compactMap(\.self))
            } + [
                Page.Section(
                    "Everything else", anchor: "elsewhere",
                    [table(between.elsewhere, "From \(names[0]) to \(names[1])")].compactMap(\.self)
                )
            ])
    }

    /// What each arm moved from the map before.
    private func charts(_ first: Moved.Trait, _ second: Moved.Trait) -> [Block] {
        let series = [
            (title: names[0], changes: first.changes), (title: names[1], changes: second.changes),
        ]
        return ChangeCharts(series, subject: "of \(first.id) from before").plots()
            .map { Block.chart($0) }
    }

    private func table(_ changes: [Change], _ caption: String) -> Block? {
        changes.isEmpty ? nil : .table(ChangeTable(changes: changes).table(caption))
    }
}
