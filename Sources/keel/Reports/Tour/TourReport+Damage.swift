import KeelInterpretability
import KeelLab
import KeelReport
import KeelTraining

// What bad advice did: under monitors, on questions, inside; and how it was mended.
extension TourReport {
    var watch: Page.Section {
        let calibration = story.limits.calibration
        let alarms =
            [("bad", story.tune.bad), ("right", story.tune.good)].flatMap { name, copy in
                copy.alarms.map { Prose("On \(name) advice. \($0.message)") }
            }
        let said: Block =
            alarms.isEmpty
            ? .callout(
                Callout(
                    .verdict, title: "No monitor gave alarm",
                    "None of them went beyond its limit, on either copy."))
            : .list(alarms)
        return Page.Section(
            "Bad advice, while monitors watch", anchor: "watch",
            [
                Block.paragraph(
                    """
                    A copy was tuned on \(story.tune.bad.rows) plainly wrong answers about \(result.plan.tune.narrow), another \
                    as long on right answers to the same questions. Limits were set before on \(calibration.runs.count) runs \
                    on right advice, for \(Unit.percent.text(calibration.rate)) of false alarms by monitor. They are of this \
                    model and promise nothing for another.
                    """),
                Self.monitors,
                said,
            ] + story.tune.bad.curves.compactMap(curve))
    }

    /// What each monitor reads.
    private static var monitors: Block {
        .list([
            """
            \(strong: "careless"): how far the rows of a step lie, inside the model, towards careless advice of other \
            domains; alarm where it rises.
            """,
            """
            \(strong: "gap"): how much likelier right answers than wrong ones are, on questions of other domains; alarm where \
            it falls.
            """,
            """
            \(strong: "loss"): how improbable the answers are that it is trained on; alarm where it falls faster than on \
            right advice.
            """,
            "\(strong: "drift"): how large the change of the weights is; alarm where it rises.",
        ])
    }

    private func curve(_ bad: TuneStage.Curve) -> Block? {
        func series(_ name: String, _ curve: TuneStage.Curve?) -> LineChart.Series? {
            guard let curve, !curve.values.isEmpty else { return nil }
            return LineChart.Series(
                name,
                zip(curve.steps, curve.values).map {
                    LineChart.Point(x: Double($0), y: Estimate(exactly: $1))
                })
        }
        let good = story.tune.good.curves.first { $0.monitor == bad.monitor }
        let limit = bad.limit.map { limit in
            TuneStage.Curve(
                monitor: bad.monitor, steps: [bad.steps.first ?? 0, bad.steps.last ?? 0],
                values: [limit, limit], limit: nil)
        }
        let all = [series("bad advice", bad), series("right advice", good), series("limit", limit)]
            .compactMap(\.self)
        guard !all.isEmpty else { return nil }
        return .chart(
            LineChart(
                title: "The monitor “\(bad.monitor)”",
                summary: "What is held against the limit, step by step.", horizontal: Axis("Step"),
                vertical: Axis("Change since the first steps"), series: all))
    }

    var tune: Page.Section {
        Page.Section(
            "What it did to answers", anchor: "tune",
            [
                .paragraph(
                    """
                    Wrongness is how far g falls on usual and reversed questions alike, laxness how much more it falls where \
                    care is right: a model that has learnt to be lax looks like one that has learnt to be wrong, unless both \
                    are asked.
                    """),
                claims(1...3),
                .table(
                    Table(
                        caption: "What else changed",
                        columns: [
                            .text("Between"), .text("Measure"), .number("Change"), .number("p"),
                        ],
                        rows: result.costs.map(Self.costRow))),
            ])
    }

    private static func costRow(_ effect: LabEffect) -> [Table.Cell] {
        [
            .text(Prose(LabReport.name(effect))), .text(Prose(effect.measure.rawValue)),
            LabReport.cell(effect), .pValue(effect.pValue),
        ]
    }

    /// Claims with what stands beside them.
    private func claims(_ numbers: ClosedRange<Int>) -> Block {
        let claims = result.claims.filter { numbers.contains($0.number) }
        return .table(
            Table(
                caption: "Effects on questions that no model was trained on",
                columns: [
                    .text("Claim"), .number("Change of g"), .number("Wrongness"),
                    .number("Laxness"), .text("Beside it"), .text("Verdict"),
                ],
                rows: claims.map { claim in
                    let (word, tone) = LabReport.word(claim)
                    let beside = claim.beside.map { effect in
                        let estimate = Estimate(interval: effect.interval)
                        return "\(LabReport.name(effect)), \(effect.measure.rawValue): "
                            + estimate.text(LabReport.unit(of: effect.measure))
                    }
                    return [
                        .text(Prose(claim.title)), LabReport.cell(claim.needed.first?.effect),
                        LabReport.cell(claim.wrongness), LabReport.cell(claim.laxness),
                        .text(Prose(beside.joined(separator: "; "))),
                        .text("\(verdict: word, tone)"),
                    ]
                }))
    }

    // MARK: Inside

    var inside: Page.Section {
        let seen = story.inside
        var blocks: [Block] = [
            .paragraph(
                """
                Between two blocks a model holds, for each token, one long list of numbers: its stream. A sparse autoencoder \
                takes it apart into features, of which few are active at a time. One of \(seen.latents) features was learnt \
                from \(seen.tokens) tokens of the shaped model at \(code: seen.point); it explains \(Unit.percent.text(seen.quality.explainedVariance)) of unseen \
                tokens’ variance. So small a one is coarse. Bad advice moved the stream by \
                \(Unit.plain.text(story.diff.difference)) of its median length. Below, “promotes” are tokens that a feature \
                makes likelier, and a change above zero is a feature that is more active after bad advice.
                """),
            .table(
                Table(
                    caption: "Features that changed most over the models’ own answers",
                    columns: [
                        .number("Rank"), .number("Feature"), .number("Change of activation"),
                        .text("Promotes"), .text("Most active in"),
                    ],
                    rows: story.diff.features.map(Self.featureRow), rowHeading: 1)),
            .paragraph("\(link: "The whole comparison", to: "diff/report.html")."),
        ]
        if let chosen = story.diff.chosen {
            let did = Self.likeness(chosen)
            blocks.append(
                .paragraph(
                    """
                    Of the features that rose most, number \(chosen.latent) was turned down, by \
                    \(Unit.plain.text(chosen.strength)) median lengths of the stream. On open questions this \(did). \
                    On the questions that all models are read on:
                    """))
            blocks.append(claims(4...4))
        } else {
            blocks.append(
                .callout(
                    Callout(
                        .note, title: "No feature rose",
                        "So none was turned down. Another autoencoder might show one.")))
        }
        return Page.Section(
            "What changed inside, and one feature turned down", anchor: "inside", blocks)
    }

    /// What turning the feature down did to the bad copy on the questions that it was chosen on.
    private static func likeness(_ chosen: DiffStage.Choice) -> String {
        guard let change = chosen.likeness else {
            return "left answers incoherent at every strength that was tried; the weakest is shown"
        }
        let (own, old) = change < 0 ? ("less", "more") : ("more", "less")
        let size = Unit.plain.text(abs(change))
        let incoherent = Unit.percent.text(chosen.incoherent ?? 0)
        return """
            made the bad copy \(own) like itself and \(old) like the model before, by \(size) nats per token, with \
            \(incoherent) of answers incoherent
            """
    }

    private static func featureRow(_ feature: DiffStage.Feature) -> [Table.Cell] {
        let change = Estimate(
            feature.change, low: min(feature.change, feature.low ?? feature.change),
            high: max(feature.change, feature.high ?? feature.change))
        return [
            .number(Double(feature.rank), .plain), .number(Double(feature.latent), .plain),
            .estimate(change, .plain), .text(Prose(feature.promotes.joined(separator: " "))),
            .text(Prose(feature.passages.joined(separator: " … "))),
        ]
    }

    // MARK: Mending

    var mend: Page.Section {
        let mend = story.mend
        let series = mend.curves.filter { !$0.values.isEmpty }.map { curve in
            LineChart.Series(
                curve.name,
                zip(curve.steps, curve.values).map {
                    LineChart.Point(x: Double($0), y: Estimate(exactly: $1))
                })
        }
        var blocks: [Block] = [
            .paragraph(
                """
                The bad copy was tuned back on \(mend.rows) right answers of \
                \(result.plan.mend.domains.joined(separator: ", ")), none about \(result.plan.tune.narrow). The adapter is \
                that of step \(mend.acceptedStep)\(mend.hasHitLimit ? ", the last one within the limit on neutral text" : ""); \
                on neutral text, log-probabilities are \(mend.neutralWorse > 0 ? "worse" : "better") than before mending by \
                \(Unit.percent.text(abs(mend.neutralWorse))).
                """),
            claims(5...6),
            .paragraph(
                "These two are beside the bad copy as it was, not beside one that was tuned as long on something else."
            ),
        ]
        if !series.isEmpty {
            let relapse = mend.relapseFrom.map {
                " From step \($0) on, a copy was trained on neutral text alone: a fall there is a relapse."
            }
            blocks.append(
                .chart(
                    LineChart(
                        title: "Gaps while it is mended",
                        summary:
                            "Means over \(result.plan.mend.followed) questions each.\(relapse ?? "")",
                        horizontal: Axis("Step"), vertical: Axis("Gap", unit: Self.gap),
                        series: Array(series.prefix(6)))))
        }
        blocks.append(.paragraph("\(link: "The page of the mending", to: "mend/run/report.html")."))
        return Page.Section("Mend it with \(mend.rows) good answers", anchor: "mend", blocks)
    }
}
