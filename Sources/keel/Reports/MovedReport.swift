import KeelEvaluation
import KeelReport

extension Moved {
    /// What a training moved, as a page.
    func page() -> Page {
        Page(
            title: "What training on \(constitution) moved",
            lede: drifts.isEmpty
                ? "No drift was found outside the traits' dimensions."
                : "Drifts outside the traits' dimensions: \(drifts.map(\.title).joined(separator: ", ")).",
            facts: [
                .init("Between the runs", Prose(causes)),
                .init("Models", Prose(models.joined(separator: " "))),
            ],
            sections: traits.map(section) + [others])
    }

    private func section(_ trait: Trait) -> Page.Section {
        let sentence = Block.paragraph(Prose(trait.sentence.capitalizedFirst + "."))
        guard !trait.changes.isEmpty else {
            return Page.Section("Trait “\(trait.id)”", anchor: "trait-\(trait.id)", [sentence])
        }
        return Page.Section(
            "Trait “\(trait.id)”", anchor: "trait-\(trait.id)",
            [sentence]
                + ChangeCharts(trait.changes, subject: "of \(trait.id)").plots()
                .map { Block.chart($0) }
                + [Block.table(ChangeTable(changes: trait.changes).table("Its dimensions"))])
    }

    private var others: Page.Section {
        Page.Section(
            "Everything else", anchor: "elsewhere",
            ChangeCharts(elsewhere, subject: "that no trait asked for").plots()
                .map { Block.chart($0) }
                + [Block.table(ChangeTable(changes: elsewhere).table("What no trait asked for"))])
    }
}
