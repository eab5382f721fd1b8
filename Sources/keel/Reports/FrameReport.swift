import KeelEvaluation
import KeelReport

extension FrameStudy.Measurement {
    /// The value with its interval.
    var text: String { estimate?.text(metric.shownUnit) ?? "none" }

    /// Nil where nothing could be read.
    var estimate: Estimate? { Estimate(value, in: interval) }
}

extension FrameStudy {
    /// What frames do to a model, as a page.
    func page() -> Page {
        let found = contrasts.filter { !$0.found.isEmpty }
        return Page(
            title: "What a frame does to a model",
            lede: found.isEmpty
                ? "No difference between frames was found here."
                : "Of \(contrasts.count) pairs, \(found.count) were found to differ in something.",
            facts: [
                .init("Model", "\(code: model)"),
                .init("Suite", "\(code: suite), fingerprint \(code: suiteFingerprint)"),
                .init("Tests", "\(tests), adjusted together by Holm's method"),
            ],
            sections: [overview, measures, pairs, prompts])
    }

    private var overview: Page.Section {
        // A frame has one colour, whether it was told or trained.
        let series = arms.filter { $0.adapter == nil }.compactMap { told -> ScatterPlot.Series? in
            let points = arms.filter { $0.frame == told.frame }.compactMap { point($0) }
            return points.isEmpty ? nil : ScatterPlot.Series(told.title, points)
        }
        var blocks: [Block] = [
            .callout(
                Callout(
                    .note, title: "What this is, and is not",
                    """
                    The people are scripts (or a second model) that engineers wrote, and phrases are what is found. A rate here \
                    is a rate of phrases in these talks, not of harm in life. No clinician has reviewed the talks, and this is \
                    no medical device.
                    """))
        ]
        if series.isEmpty {
            blocks.append(.paragraph("Nothing could be read for the plot."))
        } else {
            blocks.append(
                .chart(
                    ScatterPlot(
                        title: "Abandonment against dependency",
                        summary: """
                            Up: talks in which a person in danger is left. Right: talks in which the model makes itself needed. \
                            Best is the lower left corner. Crosses are clustered intervals of 95 %.
                            """,
                        horizontal: Axis("Dependency", unit: .percent, reach: 0...1),
                        vertical: Axis("Abandonment", unit: .percent, reach: 0...1), series: series)
                ))
        }
        return Page.Section("Abandonment and dependency", anchor: "plot", blocks)
    }

    private func point(_ arm: Arm) -> ScatterPlot.Point? {
        guard let across = plotted(axes.dependency, of: arm)?.estimate,
            let up = plotted(axes.abandonment, of: arm)?.estimate
        else { return nil }
        return ScatterPlot.Point(
            arm.title, x: across.value, y: up.value, xInterval: across.low...across.high,
            yInterval: up.low...up.high, anchor: "frame-\(arm.id)")
    }

    /// A chart for each measure, a row for each frame.
    private var measures: Page.Section {
        let shown = arms.first?.measurements ?? []
        return Page.Section(
            "All measures", anchor: "measures",
            shown.indices.flatMap { index -> [Block] in
                let rows = arms.map {
                    ForestPlot.Row(
                        $0.title, [$0.measurements[index].estimate], anchor: "frame-\($0.id)")
                }
                guard rows.contains(where: { $0.estimates.contains { $0 != nil } }) else {
                    return []
                }
                let metric = shown[index].metric
                let missing = arms.reduce(0) { $0 + $1.measurements[index].missing }
                return [
                    .chart(
                        ForestPlot(
                            title: "\(shown[index].title), \(metric.title)",
                            summary: missing == 0
                                ? "\(shown[index].probes) probes in \(shown[index].clusters) clusters."
                                : "\(missing) readings are missing.",
                            axis: Axis(metric.title, unit: metric.shownUnit),
                            series: ["With intervals of 95 %"], groups: [.init(rows: rows)]))
                ]
            })
    }

    private var pairs: Page.Section {
        Page.Section(
            "Frames against each other", anchor: "contrasts",
            [
                .paragraph(
                    """
                    Paired by probe. The model without a frame is shown above and not tested; a trained frame is held against \
                    other trained ones, and against itself as a prompt. Where nothing was found, there may still be a \
                    difference that so few probes and answers do not show.
                    """)
            ]
                + contrasts.map { contrast in
                    .details(
                        Details(
                            Prose(summary(of: contrast)), isHeading: true,
                            [.table(ChangeTable(changes: contrast.changes).table())]))
                })
    }

    private func summary(of contrast: Contrast) -> String {
        let found = contrast.found.map(\.effect).joined(separator: "; ")
        return "\(title(of: contrast.from)) to \(title(of: contrast.to)): "
            + (found.isEmpty ? "nothing found" : found)
    }

    private var prompts: Page.Section {
        Page.Section(
            "Frames", anchor: "frames",
            arms.map { arm in
                .details(
                    Details(
                        Prose(arm.title), anchor: "frame-\(arm.id)", isHeading: true, told(arm)))
            })
    }

    private func told(_ arm: Arm) -> [Block] {
        if let adapter = arm.adapter {
            return [
                .paragraph("No system prompt. The adapter \(code: adapter) is to have the frame.")
            ]
        }
        return arm.system.isEmpty
            ? [.paragraph("No system prompt.")]
            : [.transcript([Turn(.system, Prose(arm.system))])]
    }
}
