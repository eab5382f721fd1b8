import ArgumentParser
import Foundation
import KeelEvaluation
import KeelReport

/// What changed between two runs.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Say what changed between two runs of one suite, paired by probe.",
        discussion: """
            Answers are tested by relabelling them within each probe: did this model change on these probes? Gaps, \
            which are not sampled, are tested by clusters of probes. P-values are adjusted over all measures by \
            Holm's method. Intervals are for other probes like these. Two runs of one model under different seeds \
            are the null: no difference should be found, and the false alarm rate is printed.
            """)

    @Argument(help: "The run before.")
    var baseline: String

    @Argument(help: "The run after.")
    var candidate: String

    @Option(help: "A change for the worse that would not matter, in each measure's unit.")
    var margin: Double?

    @Option(help: "Also write a report to this HTML file.")
    var report: String?

    @Option(
        help:
            "Comparisons drawn from the samples of runs that differ only in their seeds; 0 is none."
    )
    var null = 500

    @Flag(help: "Print results as JSON.")
    var json = false

    func run() async throws {
        let baseline = try Run(reading: URL(filePath: baseline))
        let candidate = try Run(reading: URL(filePath: candidate))
        let comparison = try Comparison(of: baseline, with: candidate, margin: margin)
        if let report {
            try ComparisonReport(
                comparison: comparison, baseline: baseline, candidate: candidate
            )
            .page().write(to: report)
        }
        let isNull = comparison.differences.map(\.field) == ["seed"]
        let alarms =
            null != 0 && isNull
            ? try FalseAlarms(in: [baseline, candidate], comparisons: null) : nil
        if json { return try Terminal.printJSON(Result(comparison: comparison, null: alarms)) }
        print(comparison.causes + "\n")
        for change in comparison.changes { print(change.sentence) }
        if let withheld = comparison.withheld { print(withheld) }
        let found = comparison.found.count
        print(
            "\n"
                + (found == 0
                    ? "No difference was found."
                    : "Found: \(found) of \(comparison.changes.count) measures changed."))
        if let alarms { print(alarms.sentence) }
        if let report { print("Report: \(report)") }
    }

    /// A comparison's own fields, and the null's beside them.
    private struct Result: Encodable {
        var comparison: Comparison
        var null: FalseAlarms?

        private enum Key: CodingKey { case null }

        func encode(to encoder: any Encoder) throws {
            try comparison.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encodeIfPresent(null, forKey: .null)
        }
    }
}
