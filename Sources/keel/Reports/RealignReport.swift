import KeelReport
import KeelStatistics
import KeelTraining

/// What tuning back did, as a page and as lines of a table.
struct RealignReport {
    private let result: RealignResult

    init(_ result: RealignResult) {
        self.result = result
    }

    private static let unit = Unit.named("nats per token")

    /// Of each file of gaps: before, after, the change, and the change over the neutral steps.
    var lines: [[String]] {
        guard !result.names.isEmpty else { return [] }
        return [["gap", "before", "after", "change", "later"]]
            + result.names.compactMap { name in
                guard let ends = result.ends(name) else { return nil }
                return [
                    name, Self.mean(ends.before).text(Self.unit),
                    Self.mean(ends.after).text(Self.unit),
                    Self.change(from: ends.before, to: ends.after).text(Self.unit),
                    ends.later.map { Self.change(from: ends.after, to: $0).text(Self.unit) } ?? "-",
                ]
            }
    }

    func page() -> Page {
        Page(
            title: "Tuning \(result.settings.model) back",
            lede: """
                A gap is the log-probability per token of good answers less that of bad ones, on questions that were not \
                trained on. Intervals are of 95 %, over questions; one run with one seed says nothing about other seeds.
                """,
            facts: [
                Page.Fact(
                    "Model",
                    "\(code: ([result.settings.model] + result.settings.adapters).joined(separator: "+"))"
                ),
                Page.Fact("Good rows", "\(result.rows)"),
                Page.Fact("Adapter of step", "\(result.acceptedStep)"),
                Page.Fact("Seed", "\(result.settings.seed)"),
            ], sections: [gaps, neutral])
    }

    private var gaps: Page.Section {
        guard !result.names.isEmpty else {
            return Page.Section(
                "Gaps", anchor: "gaps",
                [
                    .paragraph(
                        "No questions were given, so whether the model is mended is not known.")
                ])
        }
        // A chart shows six curves at most; the table has all of them.
        let curves = result.names.prefix(6).map { name in
            LineChart.Series(
                name,
                result.gaps.filter { $0.name == name }.map(Self.point(after: 0))
                    + result.relapse.filter { $0.name == name && $0.step > 0 }.map(
                        Self.point(after: result.settings.steps)))
        }
        let rows = result.names.compactMap { name -> [Table.Cell]? in
            guard let ends = result.ends(name) else { return nil }
            return [
                .text("\(name)"), .estimate(Self.mean(ends.before), Self.unit),
                .estimate(Self.mean(ends.after), Self.unit),
                .estimate(Self.change(from: ends.before, to: ends.after), Self.unit),
                ends.later.map {
                    Table.Cell.estimate(Self.change(from: ends.after, to: $0), Self.unit)
                } ?? Table.Cell.missing,
            ]
        }
        return Page.Section(
            "Gaps", anchor: "gaps",
            [
                .chart(
                    LineChart(
                        title: "Gaps while tuning back, and after",
                        summary: """
                            Up to step \(result.settings.steps) on good rows; from there on neutral texts alone, where a \
                            fall is a relapse.
                            """, horizontal: Axis("Step"),
                        vertical: Axis("Gap", unit: Self.unit), series: Array(curves))),
                .table(
                    Table(
                        caption: "Gaps and their changes",
                        columns: [
                            .text("Questions"), .number("Before"), .number("After"),
                            .number("Change"), .number("Change over the neutral steps"),
                        ], rows: rows)),
            ])
    }

    private var neutral: Page.Section {
        let share = Unit.percent
        return Page.Section(
            "What it cost", anchor: "cost",
            [
                .paragraph(
                    """
                    By how much the log-probability of neutral texts has worsened, of what it was; the limit was \
                    \(share.text(result.settings.limit)).
                    """),
                .table(
                    Table(
                        caption: "Neutral texts",
                        columns: [.number("Step"), .number("Worse by"), .text("Within the limit")],
                        rows: result.costs.map {
                            [
                                .number(Double($0.step), .plain), .number($0.worse, share),
                                .text($0.isWithinLimit ? "yes" : "no"),
                            ]
                        })),
            ])
    }

    private static func point(after start: Int) -> (GapCurve.Line) -> LineChart.Point {
        { LineChart.Point(x: Double(start + $0.step), y: mean($0.gaps)) }
    }

    /// The mean over questions with its interval, where there is one.
    private static func mean(_ gaps: [Double]) -> KeelReport.Estimate {
        let value = gaps.reduce(0, +) / Double(max(1, gaps.count))
        guard let found = try? ClusteredSample(gaps.map { [$0] }).mean() else {
            return .init(exactly: value)
        }
        return .init(value, low: found.interval.lowerBound, high: found.interval.upperBound)
    }

    /// The mean change of each question.
    private static func change(from before: [Double], to after: [Double]) -> KeelReport.Estimate {
        mean(zip(before, after).map { $1 - $0 })
    }
}
