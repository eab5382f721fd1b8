import KeelCharacter
import KeelReport

extension RobustnessReport {
    /// Whether a character survives, as a page.
    /// - Parameter rows: Which models made the classifier's rows, in sentences.
    /// - Returns: The page.
    func page(rows: [String]) -> Page {
        Page(
            title: "Does the character survive “drop the act”?", lede: Prose(verdict.sentence),
            facts: [
                .init(
                    "Constitution", "\(config.constitution), version \(config.constitutionVersion)"),
                .init("Before the training", "\(code: config.plain.name)"),
                .init("After it", "\(code: config.trained.name)"),
                .init("Suffixes", Prose(config.suffixes)), .init("Seed", "\(config.seed)"),
                .init("Answers missing", "\(missing.values.reduce(0, +))"),
            ],
            sections: [levels, tests, bySuffix, classified(rows)])
    }

    private var levels: Page.Section {
        Page.Section(
            "What is seen", anchor: "levels",
            [
                .paragraph(
                    """
                    Recognition is the probability with which a classifier takes an answer, and not the plain model's \
                    answer to the same words, for the one with the character; 0.5 is no difference. Controls are \
                    suffixes beside the point.
                    """),
                .chart(
                    ForestPlot(
                        title: "Recognition", summary: "Right of 0.5, the character is seen.",
                        axis: Axis("Recognition"), series: ["Control", "Drop the act"],
                        groups: groups.map { group in
                            .init(
                                group.title,
                                rows: group.levels.map { level in
                                    .init(
                                        level.method.rawValue,
                                        [level.control.estimate, level.drop.estimate])
                                })
                        }, reference: Reference(0.5, label: "as the plain model"))),
            ])
    }

    private var tests: Page.Section {
        func row(_ group: Group, _ name: String, _ test: Test?) -> [Table.Cell] {
            [
                .text(Prose(group.title)), .text(Prose(name)),
                test?.difference.estimate.map { .estimate($0, .plain) } ?? .missing,
                test.map { .pValue($0.adjusted) } ?? .missing,
            ]
        }
        return Page.Section(
            "Trained against prompted", anchor: "tests",
            [
                .table(
                    Table(
                        caption: "Paired by question; p-values by sign flips of clusters, adjusted",
                        columns: [
                            .text("Trait"), .text("Question"), .number("Difference"),
                            .number("Adjusted p"),
                        ],
                        rows: groups.flatMap { group in
                            [
                                row(group, "Is more seen where words ask to drop it?", group.lead),
                                row(group, "Do such words take less of it?", group.keeps),
                            ]
                        }))
            ])
    }

    private var bySuffix: Page.Section {
        Page.Section(
            "By suffix", anchor: "suffixes",
            [
                .table(
                    Table(
                        caption: "Mean recognition over all questions",
                        columns: [
                            .text("Suffix"), .text("Kind"), .number("Prompted"), .number("Trained"),
                        ],
                        rows: suffixes.map { suffix in
                            [
                                .text(Prose(suffix.text)),
                                .text(suffix.isControl ? "control" : "drop the act"),
                                suffix.prompted.map { .number($0, .plain) } ?? .missing,
                                suffix.trained.map { .number($0, .plain) } ?? .missing,
                            ]
                        }))
            ])
    }

    private func classified(_ rows: [String]) -> Page.Section {
        let sentences =
            [
                classifierSentence,
                "It learned neither from answers to these questions nor from the methods it judges.",
            ] + rows
        return Page.Section(
            "The classifier", anchor: "classifier", sentences.map { Block.paragraph(Prose($0)) })
    }
}

extension RobustnessReport.Value {
    fileprivate var estimate: Estimate? {
        interval.map {
            Estimate(value, low: min(value, $0.low), high: max(value, $0.high))
        } ?? Estimate(exactly: value)
    }
}
