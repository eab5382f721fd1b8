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
            P-values are adjusted over all measures by Holm's method. Two runs of one model under different seeds \
            are the null: no difference should be found.
            """)

    @Argument(help: "The run before.")
    var baseline: String

    @Argument(help: "The run after.")
    var candidate: String

    @Option(help: "A change for the worse that would not matter, in each measure's unit.")
    var margin: Double?

    @Option(help: "Also write a report to this HTML file.")
    var report: String?

    @Flag(help: "Print results as JSON.")
    var json = false

    func run() async throws {
        let baseline = try Run(reading: URL(filePath: baseline))
        let candidate = try Run(reading: URL(filePath: candidate))
        let comparison = try Comparison(of: baseline, with: candidate, margin: margin)
        if let report {
            try ComparisonReport(
                comparison: comparison, baseline: baseline.config, candidate: candidate.config
            )
            .page().write(to: report)
        }
        if json { return try Terminal.printJSON(comparison) }
        print(comparison.causes + "\n")
        for change in comparison.changes { print(change.sentence) }
        let found = comparison.found.count
        print(
            "\n"
                + (found == 0
                    ? "No difference was found."
                    : "Found: \(found) of \(comparison.changes.count) measures changed."))
        if let report { print("Report: \(report)") }
    }
}
