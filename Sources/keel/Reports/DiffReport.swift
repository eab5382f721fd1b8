import KeelInterpretability
import KeelReport

/// What tuning changed inside a model, as a page.
struct DiffReport {
    let result: DiffResult
    private let meanings: [Int: LatentMeaning]
    let options: DiffOptions
    let lookFor: [String]

    init(
        _ result: DiffResult, meanings: [Int: LatentMeaning], options: DiffOptions,
        lookFor: [String]
    ) {
        self.result = result
        self.meanings = meanings
        self.options = options
        self.lookFor = lookFor
    }

    func page() -> Page {
        var sections = [overview, ranking]
        if !result.curves.isEmpty { sections.append(steering) }
        if !result.holdout.isEmpty { sections.append(holdout) }
        sections.append(passages)
        return Page(
            title: "\(result.tuned) beside \(result.base), inside",
            lede: """
                Latents of a sparse autoencoder of the base model, ranked by how much their mean activation changed over \
                each model's own answers. A change says where to look; whether a latent matters is what steering shows.
                """,
            facts: [
                Page.Fact("Before", "\(code: result.base)"),
                Page.Fact("After", "\(code: result.tuned)"),
                Page.Fact("Read at", "\(code: result.point)"),
                Page.Fact("Questions", "\(result.questions), \(result.answers) answers"),
                Page.Fact(
                    "Mean difference",
                    "\(Unit.plain.text(result.difference)) of the stream's median length"),
            ], sections: sections, withoutScript: "All numbers are in \(code: "diff.json").")
    }

    private var shown: [LatentChange] {
        Array(result.latents.prefix(10) + result.latents.dropFirst(10).suffix(10))
    }

    private func anchor(_ latent: Int) -> String? {
        meanings[latent] == nil ? nil : "latent-\(latent)"
    }

    private func name(_ latent: Int) -> Prose {
        anchor(latent).map { "\(link: "\(latent)", to: "#\($0)")" } ?? "\(latent)"
    }

    // MARK: Overview

    private var overview: Page.Section {
        let ends = Set(shown.map(\.latent))
        let others = result.latents.filter { !ends.contains($0.latent) }
        // Most latents lie at zero; of the others, the largest by either number are drawn.
        let largest = Set(
            others.sorted { abs($0.change) > abs($1.change) }.prefix(150).map(\.latent)
                + others.sorted { abs($0.attribution) > abs($1.attribution) }.prefix(150)
                .map(\.latent))
        func points(_ changes: [LatentChange]) -> [ScatterPlot.Point] {
            changes.map {
                ScatterPlot.Point(
                    "latent \($0.latent)", x: $0.change, y: $0.attribution,
                    anchor: anchor($0.latent))
            }
        }
        return Page.Section(
            "Latents", anchor: "overview",
            [
                .chart(
                    ScatterPlot(
                        title: "Change and attribution",
                        summary: """
                            To the right, latents that are more active in the tuned model; upwards, latents that make its \
                            answers more probable than the base model's, to first order.
                            """,
                        horizontal: Axis("Change of mean activation"),
                        vertical: Axis("Attribution", unit: .named("nats per token")),
                        series: [
                            .init(
                                "Others", points(others.filter { largest.contains($0.latent) })),
                            .init("Largest increases", points(shown.filter { $0.change > 0 })),
                            .init("Largest decreases", points(shown.filter { $0.change <= 0 })),
                        ].filter { !$0.points.isEmpty }))
            ])
    }

    // MARK: Ranking

    private var ranking: Page.Section {
        Page.Section(
            "Ranking", anchor: "ranking",
            [
                .paragraph(
                    """
                    “Same text” is the change where both models read the same answers: what is left of it is in the model \
                    rather than in what it says. Ranks by attribution and by the mean difference of the streams stand \
                    beside.
                    """),
                .table(
                    Table(
                        caption: "The largest increases and decreases",
                        columns: [
                            .number("Rank"), .text("Latent"), .number("Change"),
                            .number("Same text"), .number("Attribution (nats per token)"),
                            .number("Rank by attribution"), .number("Rank by mean difference"),
                            .text("Promotes"),
                        ],
                        rows: shown.map { change in
                            [
                                .number(Double(change.rank), .plain), .text(name(change.latent)),
                                change.interval.map {
                                    .estimate(Estimate(measured: $0), .plain)
                                } ?? .number(change.change, .plain),
                                .number(change.onSameText, .plain),
                                .number(change.attribution, .plain),
                                .number(Double(change.attributionRank), .plain),
                                .number(Double(change.projectionRank), .plain),
                                .text(
                                    Prose(
                                        meanings[change.latent]?.lens.promoted.prefix(5)
                                            .map(\.text).joined(separator: " ") ?? "")),
                            ]
                        }, rowHeading: 1)),
            ])
    }

    // MARK: Out of sample

    private var holdout: Page.Section {
        Page.Section(
            "Told apart out of sample", anchor: "holdout",
            [
                .paragraph(
                    """
                    How well an answer's author is told by a score that was found on the other domains. 0.5 is chance; \
                    the random direction shows what chance does here. Intervals are for other domains like these.
                    """),
                .table(
                    Table(
                        caption: "AUROC of each method, the domain held out",
                        columns: [.text("Method"), .number("Mean")]
                            + (result.holdout.first?.domains ?? []).map { .number($0.domain) },
                        rows: result.holdout.map { method -> [Table.Cell] in
                            let mean: Table.Cell =
                                method.interval.map { .estimate(Estimate(measured: $0), .plain) }
                                ?? .number(method.auroc, .plain)
                            return [.text(Prose(method.method.rawValue)), mean]
                                + method.domains.map { .number($0.separation.auroc, .plain) }
                        })),
            ])
    }

    private var passages: Page.Section {
        Page.Section(
            "What the latents mean", anchor: "meanings",
            shown.compactMap { change in
                meanings[change.latent].map { meaning in
                    .details(
                        Details(
                            "Latent \(change.latent), rank \(change.rank)",
                            anchor: anchor(change.latent), isHeading: true, meaning.blocks()))
                }
            })
    }
}
