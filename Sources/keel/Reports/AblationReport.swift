import KeelEvaluation
import KeelReport

extension Ablation {
    /// What each sentence does, as a page.
    func page() -> Page {
        let active = sentences.filter { !$0.found.isEmpty }
        let numbers = active.map { "\($0.number)" }.joined(separator: ", ")
        return Page(
            title: "What each sentence of a system prompt does",
            lede: active.isEmpty
                ? "Of no sentence was it found that it does anything here."
                : "Sentences \(numbers) of \(sentences.count) were found to do something here.",
            facts: [
                .init("Model", "\(code: model)"), .init("Sentences", "\(sentences.count)"),
                .init("Tests", "\(tests), adjusted together by Holm's method"),
            ],
            sections: [overview] + charts + [details])
    }

    private var overview: Page.Section {
        Page.Section(
            "Sentences", anchor: "sentences",
            [
                .paragraph(
                    """
                    Each sentence was left out in turn, and the suite asked again. A difference is the whole prompt less \
                    the prompt without the sentence, paired by probe. Where nothing was found, the sentence may still \
                    do something that this suite does not measure, or too little for so many probes.
                    """),
                .table(
                    Table(
                        caption: "What was found of each sentence",
                        columns: [.number("Number"), .text("Sentence"), .text("Found")],
                        rows: sentences.map { sentence in
                            [
                                .number(Double(sentence.number), .plain),
                                .text("\(link: sentence.text, to: "#sentence-\(sentence.number)")"),
                                .text(
                                    Prose(
                                        sentence.found.isEmpty
                                            ? "nothing"
                                            : sentence.found.map(\.effect).joined(separator: "; "))),
                            ]
                        }, rowHeading: 1)),
            ])
    }

    /// A chart for each measure of which something was found, a row for each sentence.
    private var charts: [Page.Section] {
        let measures = (sentences.first?.changes ?? []).indices.filter { index in
            sentences.contains { $0.changes[index].verdict.isFound }
        }
        guard !measures.isEmpty, let first = sentences.first else { return [] }
        return [
            Page.Section(
                "Effects", anchor: "effects",
                measures.map { index in
                    let metric = first.changes[index].metric
                    return .chart(
                        ForestPlot(
                            title: "\(first.changes[index].title), \(metric.title)",
                            summary: "Right of zero, the sentence raises it.",
                            axis: Axis("Difference by the sentence", unit: metric.axisUnit),
                            series: ["With it less without it"],
                            groups: [
                                .init(
                                    rows: sentences.map { sentence in
                                        let change = sentence.changes[index]
                                        return .init(
                                            "\(sentence.number). "
                                                + sentence.text.shortened(to: 40),
                                            [change.estimate],
                                            note: change.verdict.isFound ? change.verdict.word : "",
                                            anchor: "sentence-\(sentence.number)")
                                    })
                            ], reference: Reference(0, label: "no effect")))
                })
        ]
    }

    private var details: Page.Section {
        Page.Section(
            "All measures", anchor: "measures",
            sentences.map { sentence in
                .details(
                    Details(
                        "\(sentence.number). \(sentence.text)",
                        anchor: "sentence-\(sentence.number)", isHeading: true,
                        [
                            .table(
                                ChangeTable(changes: sentence.changes).table(
                                    "From the prompt without the sentence to the whole one"))
                        ]))
            })
    }
}
