import KeelCharacter
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
            sections: traits.map(section) + [others] + (data.map { [rows($0)] } ?? []))
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

    /// What it was trained on, by principle or trait.
    private func rows(_ data: PreferenceSummary) -> Page.Section {
        let origins = data.origins.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
        let table = Table(
            caption: "Rows of each principle and trait",
            columns: [
                .text("Principle or trait"), .number("Rows"), .number("Uncertain"),
                .number("Mean probability of chosen"), .number("Words added"),
                .text("Style that chosen has more (+) or less (−) of"),
            ],
            rows: data.principles.map { effect in
                [
                    .text(Prose(effect.principle)), .number(Double(effect.rows), .plain),
                    .number(Double(effect.uncertain), .plain),
                    .number(effect.meanProbability, .plain),
                    effect.addedWords.map {
                        .estimate(Estimate($0.value, low: $0.low, high: $0.high), .plain)
                    } ?? .missing,
                    .text(
                        Prose(
                            effect.shifts.isEmpty
                                ? "nothing found"
                                : effect.shifts.map { ($0.difference > 0 ? "+ " : "− ") + $0.title }
                                    .joined(separator: "; "))),
                ]
            })
        return Page.Section(
            "What it was trained on", anchor: "rows",
            [
                .paragraph(
                    """
                    \(data.rows) rows: \(origins). Style is tested by sign flips of prompts, adjusted over \(data.tests) \
                    tests.
                    """), .table(table),
            ])
    }
}
