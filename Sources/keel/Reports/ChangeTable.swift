import KeelEvaluation
import KeelReport

/// Changes between two runs as a table, and each of them in the words and units of a page.
struct ChangeTable {
    var changes: [Change]

    func table(_ caption: String = "All measures, paired by probe") -> Table {
        Table(
            caption: caption,
            columns: [
                .text("Dimension"), .text("Measure"), .number("Before"), .number("After"),
                .number("Difference"),
                .number("Adjusted p"), .text("Verdict"),
            ],
            rows: changes.map { change in
                let unit = change.metric.shownUnit
                return [
                    .text(Prose(change.title)),
                    .text(Prose("\(change.metric.title), \(change.metric.unit)")),
                    change.baseline.map { .number($0, unit) } ?? .missing,
                    change.candidate.map { .number($0, unit) } ?? .missing,
                    change.estimate.map { .estimate($0, change.metric.differenceUnit) } ?? .missing,
                    change.adjustedPValue.map { .pValue($0) } ?? .missing,
                    .text("\(verdict: change.verdict.word, change.verdict.tone)"),
                ]
            })
    }
}

extension Change {
    /// The difference with its interval; nil where the runs share no readings.
    var estimate: Estimate? { Estimate(difference, in: interval) }
}

extension Metric {
    /// How a difference is written.
    var differenceUnit: Unit { scale == .share ? .percentagePoints : .plain }

    /// What the axis of its differences is named by.
    var axisUnit: Unit { scale == .share ? .percentagePoints : .named(unit) }
}

extension Change.Verdict {
    var tone: Prose.Tone {
        switch self {
        case .better: .good
        case .worse: .bad
        case .notEnoughData: .unknown
        case .identical, .higher, .lower, .noWorse, .noDifference: .neutral
        }
    }

    var word: String {
        switch self {
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
