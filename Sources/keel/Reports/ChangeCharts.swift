import KeelEvaluation
import KeelReport

/// Changes between runs as charts, one for each unit; measures that are identical throughout are left
/// out.
struct ChangeCharts {
    /// What the changes of each series are called, and the changes: of the same measures in each.
    var series: [(title: String, changes: [Change])]
    /// What was called negligible beforehand.
    var margin: Double?
    /// Stands behind the charts' titles, such as `in what the traits name`.
    var subject = ""

    /// Of two runs.
    init(_ changes: [Change], margin: Double? = nil, subject: String = "") {
        series = [("Difference", changes)]
        self.margin = margin
        self.subject = subject
    }

    /// Of several runs against one.
    init(_ series: [(title: String, changes: [Change])], subject: String) {
        self.series = series
        self.subject = subject
    }

    /// - Parameter anchor: Where on the page a measure's change is explained; nil for nowhere.
    /// - Returns: Charts, in the order in which their units come up.
    func plots(anchor: (Change) -> String? = { _ in nil }) -> [ForestPlot] {
        let shown = (series.first?.changes ?? []).compactMap {
            first -> (first: Change, all: [Change?])? in
            let all = series.map { $0.changes.first { $0.isOfMeasure(first) } }
            let isShown = all.contains { $0?.verdict != .identical && $0?.estimate != nil }
            return isShown ? (first: first, all: all) : nil
        }
        let units = shown.map(\.first.metric.axisUnit).reduce(into: [Unit]()) { units, unit in
            if !units.contains(unit) { units.append(unit) }
        }
        return units.map { unit in
            let rows = shown.filter { $0.first.metric.axisUnit == unit }.map { one in
                ForestPlot.Row(
                    "\(one.first.title): \(one.first.metric.title)", one.all.map { $0?.estimate },
                    note: note(one.all), anchor: anchor(one.first))
            }
            let name =
                switch unit {
                case .named(let name): name
                case .plain, .percent, .percentagePoints: "shares"
                }
            return ForestPlot(
                title: "Differences\(subject.isEmpty ? "" : " " + subject), \(name)",
                summary: """
                    After less before. Lines are 95\u{A0}% intervals, each for itself; a verdict at the right is adjusted \
                    for all measures that it is tested with.
                    """,
                axis: Axis("Difference", unit: unit), series: series.map(\.title),
                groups: [ForestPlot.Group(rows: rows)],
                reference: Reference(0, label: "no change", margin: margin.map { -$0...$0 }))
        }
    }

    /// What was found of a measure, each series named where there are several.
    private func note(_ changes: [Change?]) -> String {
        zip(series, changes).compactMap { series, change -> String? in
            guard let change, change.verdict.isFound else { return nil }
            return self.series.count == 1
                ? change.verdict.word : "\(series.title): \(change.verdict.word)"
        }.joined(separator: ", ")
    }
}

extension Change {
    /// Whether it is of the same measure as another one.
    fileprivate func isOfMeasure(_ other: Change) -> Bool {
        dimension == other.dimension && metric == other.metric
    }
}
