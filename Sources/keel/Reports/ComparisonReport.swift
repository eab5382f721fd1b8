import KeelEvaluation
import KeelLanguage
import KeelReport

/// What changed between two runs, as a page.
struct ComparisonReport {
    var comparison: Comparison
    var baseline: RunConfig
    var candidate: RunConfig

    func page() -> Page {
        let found = comparison.found
        return Page(
            title: "\(candidate.model) compared with \(baseline.model)",
            lede:
                "Paired by probe on the suite \(code: baseline.suite); p-values adjusted over all measures by Holm's method.",
            facts: [
                Page.Fact("Before", "\(code: baseline.model), seed \(baseline.sampling.seed)"),
                Page.Fact("After", "\(code: candidate.model), seed \(candidate.sampling.seed)"),
                Page.Fact("Margin", comparison.margin.map { "\($0)" } ?? "none"),
            ],
            sections: [
                Page.Section(
                    "What changed", anchor: "changes",
                    [
                        .callout(
                            Callout(
                                .verdict,
                                title: found.isEmpty
                                    ? "No difference was found"
                                    : "\(found.count) of \(comparison.changes.count) measures changed",
                                Prose(comparison.causes))),
                        .list(found.map { Prose($0.sentence) }),
                    ] + charts.map { .chart($0) } + [.table(Self.table(comparison))])
            ])
    }

    /// The differences, a chart for each unit, identical measures left out.
    private var charts: [ForestPlot] {
        [
            chart("Gaps", Axis("Difference", unit: .named("nats per token"))) {
                $0.scale == .mean
            },
            chart("Rates", Axis("Difference", unit: .percentagePoints)) { $0.scale == .share },
            chart("Set phrases", Axis("Difference", unit: .named("per reply"))) {
                $0.scale == .count
            },
        ].compactMap(\.self)
    }

    private func chart(_ title: String, _ axis: Axis, holds: (Metric) -> Bool) -> ForestPlot? {
        let rows = comparison.changes.compactMap { change -> ForestPlot.Row? in
            guard holds(change.metric), change.verdict != .identical,
                let estimate = Self.estimate(change)
            else { return nil }
            return ForestPlot.Row(
                "\(change.title): \(change.metric.title)", [estimate],
                note: comparison.found.contains(change) ? Self.word(change.verdict) : "")
        }
        guard !rows.isEmpty else { return nil }
        return ForestPlot(
            title: title,
            summary: """
                After less before. Lines are 95 % intervals, each for itself; a verdict at the right is adjusted for \
                all measures.
                """,
            axis: axis, series: ["Difference"], groups: [ForestPlot.Group(rows: rows)],
            reference: Reference(
                0, label: "no change", margin: comparison.margin.map { -$0...$0 }))
    }

    static func table(_ comparison: Comparison) -> Table {
        Table(
            caption: "All measures, paired by probe",
            columns: [
                .text("Dimension"), .text("Measure"), .number("Before"), .number("After"),
                .number("Difference"),
                .number("Adjusted p"), .text("Verdict"),
            ],
            rows: comparison.changes.map { change in
                [
                    .text(Prose(change.title)),
                    .text(Prose("\(change.metric.title), \(change.metric.unit)")),
                    change.baseline.map { .number($0, .plain) } ?? .missing,
                    change.candidate.map { .number($0, .plain) } ?? .missing, difference(change),
                    change.adjustedPValue.map { .pValue($0) } ?? .missing, .text(verdict(change)),
                ]
            })
    }

    private static func difference(_ change: Change) -> Table.Cell {
        estimate(change).map { .estimate($0, .plain) } ?? .missing
    }

    private static func estimate(_ change: Change) -> Estimate? {
        guard let difference = change.difference else { return nil }
        guard let interval = change.interval else { return Estimate(exactly: difference) }
        return Estimate(
            difference, low: min(difference, interval.lowerBound),
            high: max(difference, interval.upperBound))
    }

    private static func verdict(_ change: Change) -> Prose {
        let tone: Prose.Tone =
            switch change.verdict {
            case .better: .good
            case .worse: .bad
            case .notEnoughData: .unknown
            case .identical, .higher, .lower, .noWorse, .noDifference: .neutral
            }
        return "\(verdict: word(change.verdict), tone)"
    }

    private static func word(_ verdict: Change.Verdict) -> String {
        switch verdict {
        case .identical: "identical"
        case .better: "better"
        case .worse: "worse"
        case .higher: "higher"
        case .lower: "lower"
        case .noWorse: "no worse than margin"
        case .noDifference: "no difference found"
        case .notEnoughData: "not enough data"
        }
    }
}
