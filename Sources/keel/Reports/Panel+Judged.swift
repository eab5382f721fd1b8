import KeelEvaluation
import KeelReport

extension Panel {
    private static let verdictNames = ["behaviour", "opposite error", "neither"]

    /// A judge's verdicts in one run: a row for each, and beside its rate, where the judge was
    /// calibrated, the rate without the judge's errors.
    ///
    /// Nil where the judge gave no verdict.
    func verdicts(_ all: [MeasureRow]) -> ForestPlot? {
        let rows = all.filter { Self.of($0.measure).contains(self) }
        let found = rows.flatMap { $0.runs[0] }.compactMap(\.self)
        guard found.contains(where: { $0.value != nil }) else { return nil }
        let isCalibrated = found.contains { $0.judged?.corrected != nil }
        let groups = rows.filter { $0.runs[0].contains { $0 != nil } }.map { row in
            let isAlone = rows.count { $0.dimension.id == row.dimension.id } == 1
            let title = row.dimension.title
            let lines = zip(Self.verdictNames, row.runs[0]).map { name, measurement in
                let raw = measurement.flatMap(Estimate.init)
                let corrected = measurement?.judged?.corrected.map(Estimate.init)
                return ForestPlot.Row(
                    name, isCalibrated ? [raw, corrected] : [raw],
                    note: Self.note(measurement, isFirst: name == Self.verdictNames[0]),
                    anchor: row.dimension.anchor)
            }
            return ForestPlot.Group(
                isAlone ? title : "\(title), \(row.measure.rubric ?? "")", rows: lines)
        }
        let hasPoints = groups.flatMap(\.rows).flatMap(\.estimates).contains { $0?.isPoint == true }
        let correction =
            isCalibrated
            ? """
            Below each rate as judged, the rate without the errors that the judge made on labelled answers, their \
            uncertainty included.
            """ : ""
        return ForestPlot(
            title: title,
            summary: [summary, correction, Self.intervals(hasPoints)]
                .filter { !$0.isEmpty }.joined(separator: " "),
            axis: axis,
            series: isCalibrated ? ["As judged", "Without the judge's errors"] : ["As judged"],
            groups: groups, reference: reference)
    }

    /// What is missing of the verdicts, said once for all three.
    private static func note(_ measurement: CharacterMap.Measurement?, isFirst: Bool) -> String {
        guard let measurement else { return "" }
        let asked = measurement.readings + measurement.missing
        let missing =
            isFirst && measurement.missing > 0
            ? "\(measurement.missing) of \(asked) without a verdict" : ""
        let refusal = measurement.judged?.refusal == nil ? "" : "not corrected"
        return [missing, refusal].filter { !$0.isEmpty }.joined(separator: "; ")
    }

    /// What the lines of a chart are, and why there may be none.
    static func intervals(_ hasPoints: Bool) -> String {
        "Lines are 95\u{A0}% intervals"
            + (hasPoints
                ? "; a dot without one rests on too few topics, or all are alike." : ".")
    }
}

extension Estimate {
    /// Whether there is a value, and nothing to say how sure it is.
    var isPoint: Bool { low == high }

    fileprivate init(_ estimate: IntervalEstimate) {
        self.init(
            estimate.value, low: min(estimate.value, estimate.interval.lowerBound),
            high: max(estimate.value, estimate.interval.upperBound))
    }
}
