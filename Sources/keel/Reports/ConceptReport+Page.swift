import KeelCharacter
import KeelReport

extension ConceptReport {
    /// How well a property is graded, as a page.
    /// - Parameter definition: What the sheet says of it.
    /// - Returns: The page.
    func page(definition: String) -> Page {
        Page(
            title: "How well “\(concept)” is graded",
            lede: separation.low > 0.5
                ? "The grader tells cases with it from cases without."
                : "It was not shown that the grader tells cases with it from cases without.",
            facts: [
                .init("Definition", Prose(definition)),
                .init("Graded by", Prose(grader ?? "a model that was not named")),
                .init("Cases", "\(cases), \(holding) of them with it"),
            ],
            sections: [told, uncertain])
    }

    private var told: Page.Section {
        Page.Section(
            "How well they are told apart", anchor: "separation",
            [
                .chart(
                    ForestPlot(
                        title: "Separation",
                        summary: """
                            The probability that a case with the property scores above one without. Right of 0.5, they \
                            are told apart.
                            """,
                        axis: Axis("Separation"), series: ["With its interval of 95 %"],
                        groups: [
                            .init(rows: [
                                .init(
                                    concept,
                                    [
                                        Estimate(
                                            separation.value, low: separation.low,
                                            high: separation.high)
                                    ])
                            ])
                        ], reference: Reference(0.5, label: "chance"))),
                .table(
                    Table(
                        caption: "Cases on the right side of zero, by the score's sign",
                        columns: [.text("Label"), .number("Cases"), .number("Right")],
                        rows: [
                            [
                                .text("with it"), .number(Double(holding), .plain),
                                .number(sensitivity, .percent),
                            ],
                            [
                                .text("without it"), .number(Double(cases - holding), .plain),
                                .number(specificity, .percent),
                            ],
                        ])),
            ])
    }

    private var uncertain: Page.Section {
        let explained = Block.paragraph(
            unclear.isEmpty
                ? "Every case stands on the right side of all of the other kind."
                : """
                These stand on the wrong side of some of the other kind, the worst first: the sheet, the grader or the \
                label is unclear there.
                """)
        guard !unclear.isEmpty else {
            return Page.Section("Where it is unclear", anchor: "unclear", [explained])
        }
        return Page.Section(
            "Where it is unclear", anchor: "unclear",
            [
                explained,
                .table(
                    Table(
                        caption: "Unclear cases",
                        columns: [
                            .text("Case"), .text("Label"), .number("Log-odds of yes (nats)"),
                            .number("Right of the other kind"), .text("Text"),
                        ],
                        rows: unclear.map { one in
                            [
                                .text("\(code: one.labelled.place)"),
                                .text(one.labelled.holds ? "with it" : "without it"),
                                .number(one.labelled.score, .plain),
                                .number(one.placement, .percent),
                                .text(Prose(one.labelled.text)),
                            ]
                        })),
            ])
    }
}
