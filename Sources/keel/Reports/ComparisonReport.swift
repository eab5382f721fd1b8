package import KeelEvaluation
import KeelLanguage
package import KeelReport

/// What changed between two runs, as a page: in words, in numbers, and answer beside answer.
package struct ComparisonReport {
    var comparison: Comparison
    var baseline: Run
    var candidate: Run
    /// Over what p-values were adjusted.
    var family: String

    package init(
        comparison: Comparison, baseline: Run, candidate: Run,
        family: String = "over all measures"
    ) {
        self.comparison = comparison
        self.baseline = baseline
        self.candidate = candidate
        self.family = family
    }

    /// The page.
    /// - Throws: What reading the runs' samples throws.
    package func page() throws -> Page {
        // A quick run has fewer probes than a full one; what both have is shown.
        let suite = baseline.config.quick ? baseline.suite : candidate.suite
        let arms = try [baseline, candidate].map {
            try ComparedRun($0, suite: suite, withJudge: comparison.withheld == nil)
        }
        let before = baseline.config
        let after = candidate.config
        return Page(
            title: before.model == after.model
                ? "\(after.model), before and after"
                : "\(after.model) compared with \(before.model)",
            lede: """
                What changed on the suite \(code: before.suite), paired by probe; p-values are adjusted \(family) \
                by Holm's method.
                """,
            facts: [
                Page.Fact("Before", Self.words(before)), Page.Fact("After", Self.words(after)),
                Page.Fact("Margin", comparison.margin.map { "\($0)" } ?? "none"),
                Page.Fact("Probes", "\(suite.dimensions.flatMap(\.probes).count) in both"),
            ],
            sections: [
                changes, values(suite, arms.map(\.map)), dimensions(suite, arms),
                Page.Section(
                    "All measures", anchor: "measures",
                    [.table(ChangeTable(changes: comparison.changes).table())]),
                repeating,
            ],
            withoutScript:
                "All answers are in \(code: "samples.jsonl") of the two runs' folders.")
    }

    private static func words(_ config: RunConfig) -> Prose {
        var prose: Prose = "\(code: config.model), seed \(config.sampling.seed)"
        if let system = config.system {
            prose.inlines += [.text(", system message “\(system)”")]
        }
        return prose
    }

    // MARK: What changed

    private var changes: Page.Section {
        let found = comparison.found
        return Page.Section(
            "What changed", anchor: "changes",
            [
                .callout(Callout(.verdict, title: verdict, Prose(tally))),
                .callout(
                    Callout(.note, title: "What was done to the model", Prose(comparison.causes))),
            ]
                + [comparison.withheld, comparison.uneven].compactMap(\.self).map {
                    .callout(Callout(.note, title: "What is not compared", Prose($0)))
                }
                + (found.isEmpty ? [] : [.list(found.map(Self.sentence))])
                + differences.map { .chart($0) })
    }

    private var verdict: String {
        let found = comparison.found
        guard !found.isEmpty else { return "No difference was found" }
        let counts = [Change.Verdict.better, .worse, .higher, .lower].map { verdict in
            (verdict.word, found.count { $0.verdict == verdict })
        }.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        let all = "\(found.count) of \(comparison.changes.count) measures changed"
        return "\(all): \(counts.joined(separator: ", "))"
    }

    /// What became of all measures.
    private var tally: String {
        var order: [Change.Verdict] = []
        var counts: [Change.Verdict: Int] = [:]
        for change in comparison.changes {
            if counts[change.verdict] == nil { order.append(change.verdict) }
            counts[change.verdict, default: 0] += 1
        }
        let words = order.map { "\($0.word) (\(counts[$0] ?? 0))" }.joined(separator: ", ")
        return "Of \(comparison.changes.count) measures: \(words). "
            + "No difference found does not say that there is none: the intervals say how large one may be."
    }

    private static func sentence(_ change: Change) -> Prose {
        let unit = change.metric.shownUnit
        let values = [change.baseline, change.candidate].compactMap(\.self).map { unit.text($0) }
        let named = unit == .plain ? " \(change.metric.unit)" : ""
        let difference = change.estimate.map { $0.text(change.metric.differenceUnit) } ?? ""
        let points = unit == .percent ? " points" : ""
        let scope =
            change.isOpenElsewhere
            ? " This is so on these probes; others like them may not change." : ""
        return """
            \(verdict: change.verdict.word, change.verdict.tone) \
            \(link: change.title, to: "#dimension-\(change.dimension)"), \(change.metric.title): \
            \(values.joined(separator: " → "))\(named), difference \(difference)\(points).\(scope)
            """
    }

    private var differences: [ForestPlot] {
        ChangeCharts(comparison.changes, margin: comparison.margin)
            .plots { "dimension-\($0.dimension)" }
    }

    // MARK: Before and after

    private func values(_ suite: Suite, _ maps: [CharacterMap]) -> Page.Section {
        let rows = MeasureRow.all(suite, maps)
        let changes = Dictionary(
            comparison.changes.map { ("\($0.dimension) \($0.metric.id)", $0) },
            uniquingKeysWith: { first, _ in first })
        let charts = Panel.allCases.flatMap { panel in
            panel.plots(before: rows) { row, metric in
                guard let change = changes["\(row.dimension.id) \(metric.id)"],
                    let difference = change.difference
                else { return "" }
                if change.verdict == .identical { return change.verdict.word }
                let unit = metric.differenceUnit
                let sign = difference > 0 && unit == .plain ? "+" : ""
                let points = unit == .percentagePoints ? " points" : ""
                let word = comparison.found.contains(change) ? ", \(change.verdict.word)" : ""
                return "\(sign)\(unit.text(difference))\(points)\(word)"
            }
        }
        return Page.Section(
            "Before and after", anchor: "values",
            [
                .paragraph(
                    """
                    Both runs on the probes they share, each with its own 95\u{A0}% interval; at the right, the \
                    difference. Paired intervals of differences, above, are narrower than these look: both runs \
                    answer the same probes.
                    """)
            ] + charts.map { .chart($0) })
    }

    private func dimensions(_ suite: Suite, _ arms: [ComparedRun]) -> Page.Section {
        let remarks = Set(arms.compactMap(\.shown.remark)).sorted()
        return Page.Section(
            "Probe by probe", anchor: "dimensions",
            [
                .paragraph(
                    """
                    Open a dimension for its probes, the most changed first, and a probe for the answers of both \
                    runs beside each other.
                    """)
            ]
                + remarks.map {
                    .callout(Callout(.note, title: "Not all answers are on this page", Prose($0)))
                }
                + suite.dimensions.map { dimension in
                    .details(
                        DimensionComparison(
                            dimension: dimension, before: arms[0], after: arms[1],
                            changes: comparison.changes.filter { $0.dimension == dimension.id },
                            found: comparison.found.filter { $0.dimension == dimension.id }
                        ).details())
                })
    }

    private var repeating: Page.Section {
        Page.Section(
            "Repeat and cite", anchor: "repeat",
            [.paragraph("\(strong: "Before.")")] + RunCitation(config: baseline.config).blocks
                + [.paragraph("\(strong: "After.")")] + RunCitation(config: candidate.config).blocks
                + [.code("keel compare BEFORE AFTER --report page.html")])
    }
}
