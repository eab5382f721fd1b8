import KeelEvaluation
import KeelReport

/// A measure of a dimension with what came of it, in one run or several.
struct MeasureRow {
    var dimension: Dimension
    var measure: Measure
    /// For each run, its measurements in the order of the measure's metrics.
    var runs: [[CharacterMap.Measurement?]]

    /// All rows of maps that were made of one suite.
    static func all(_ suite: Suite, _ maps: [CharacterMap]) -> [MeasureRow] {
        suite.dimensions.flatMap { dimension in
            dimension.measures.map { measure in
                MeasureRow(
                    dimension: dimension, measure: measure,
                    runs: maps.map { map in
                        measure.metrics.map { map.measurement(dimension.id, $0.id) }
                    })
            }
        }
    }

    func estimate(run: Int, metric: Int) -> Estimate? {
        guard runs[run].indices.contains(metric) else { return nil }
        return runs[run][metric].flatMap(Estimate.init)
    }
}

extension Estimate {
    /// Nil where nothing could be read.
    init?(_ measurement: CharacterMap.Measurement) {
        guard let value = measurement.value else { return nil }
        guard let interval = measurement.interval else {
            self.init(exactly: value)
            return
        }
        // The interval of a ratio may be shifted; a dot is never drawn outside its own interval.
        self.init(
            value, low: min(value, interval.lowerBound), high: max(value, interval.upperBound))
    }
}

extension Panel {
    /// The panel's chart of one run; nil where it has nothing to show.
    func plot(_ rows: [MeasureRow]) -> ForestPlot? {
        if self == .judged { return verdicts(rows) }
        return plot(
            rows, title: title, summary: [summary, legend].filter { !$0.isEmpty },
            series: series.map(\.name),
            estimates: { row in series.map { row.estimate(run: 0, metric: $0.metric) } },
            note: { note($0.runs[0]) })
    }

    /// For each metric of the panel a chart of two runs.
    ///
    /// - Parameters:
    ///   - rows: Of two runs.
    ///   - note: A remark on a metric of a row.
    /// - Returns: Charts that have something to show.
    func plots(
        before rows: [MeasureRow], note: @escaping (MeasureRow, Metric) -> String
    ) -> [ForestPlot] {
        series.compactMap { metric, name in
            plot(
                rows, title: series.count == 1 ? title : "\(title): \(name.lowercased())",
                summary: [summary], series: ["Before", "After"],
                estimates: { row in [0, 1].map { row.estimate(run: $0, metric: metric) } },
                note: { note($0, $0.measure.metrics[metric]) })
        }
    }

    private func plot(
        _ all: [MeasureRow], title: String, summary: [String], series: [String],
        estimates: (MeasureRow) -> [Estimate?], note: (MeasureRow) -> String
    ) -> ForestPlot? {
        let rows = all.filter { Self.of($0.measure).contains(self) }
        var groups: [ForestPlot.Group] = []
        for row in rows {
            let found = estimates(row)
            guard found.contains(where: { $0 != nil }) else { continue }
            let isAlone = rows.count { $0.dimension.id == row.dimension.id } == 1
            let title = row.dimension.title
            let own = row.measure.metrics.first?.title ?? ""
            let heading = groupsByDimension ? title : ""
            let line = ForestPlot.Row(
                groupsByDimension ? own : isAlone ? title : "\(title): \(own)", found,
                note: note(row), anchor: row.dimension.anchor)
            if groups.last?.heading == heading {
                groups[groups.count - 1].rows.append(line)
            } else {
                groups.append(ForestPlot.Group(heading, rows: [line]))
            }
        }
        guard !groups.isEmpty else { return nil }
        let hasPoints = groups.flatMap(\.rows).flatMap(\.estimates).contains { $0?.isPoint == true }
        return ForestPlot(
            title: title,
            summary: (summary + [Self.intervals(hasPoints)]).joined(separator: " "), axis: axis,
            series: series, groups: groups, reference: reference)
    }
}

extension Dimension {
    /// Where a page tells of the dimension.
    var anchor: String { "dimension-\(id)" }
}

extension Probe {
    /// Where a page tells of the probe.
    var anchor: String { "probe-\(id)" }
}
