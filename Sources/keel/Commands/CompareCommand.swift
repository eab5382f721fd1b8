import ArgumentParser
import Foundation
import KeelEvaluation
import KeelReport

/// What changed between two runs, or how two models differ.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Say what changed between two runs, or how two models differ.",
        discussion: """
            Answers are tested by relabelling them within each probe: did this model change on these probes? Gaps, \
            which are not sampled, are tested by clusters of probes. P-values are adjusted over all measures by \
            Holm's method. Intervals are for other probes like these. Two runs of one model under different seeds \
            are the null: no difference should be found, and the false alarm rate is printed; --out has the first \
            run's map beside it, map.html.

            A model in place of a run is mapped first: the first into OUT/a under the seed, the second into OUT/b \
            under the next seed, so that one model named twice is its own null. Stopped at any moment, the same \
            command goes on where it stood. Ends with status 2 when a model did not give all readings.
            """)

    @Argument(help: "The run before, or a model, as keel eval takes it.", completion: .model)
    var baseline: String

    @Argument(help: "The run after, or a model.", completion: .model)
    var candidate: String

    @Option(help: "A change for the worse that would not matter, in each measure's unit.")
    var margin: Double?

    @Option(help: "Also write a report to this HTML file.", completion: .file())
    var report: String?

    @Option(
        help: """
            A folder for the report and the comparison, which "keel serve --runs" lists beside runs; maps of models \
            go there, too, as a and b.
            """, completion: .directory)
    var out: String?

    @Option(
        help:
            "Comparisons drawn from the samples of runs that differ only in their seeds; 0 is none."
    )
    var null = 500

    @Flag(help: "Print results as JSON.")
    var json = false

    @OptionGroup var asked: SuiteOptions
    @OptionGroup var sampling: SamplingArguments
    @OptionGroup var calls: CallOptions

    @OptionGroup var place: MachineOptions

    @Option(help: "Seed of the first model's map; the second has the next.")
    var seed: UInt64 = 0

    func run() async throws {
        // Before a model is asked for minutes.
        if let margin, !(margin > 0) { throw RunError.badMargin(margin) }
        let folder = try out.map { try ComparisonFolder($0) }
        let (baseline, candidate, isWhole) = try await runs()
        let comparison = try Comparison(of: baseline, with: candidate, margin: margin)
        if let report {
            try ComparisonReport(
                comparison: comparison, baseline: baseline, candidate: candidate
            )
            .page().write(to: report)
        }
        try folder?.write(comparison, of: baseline, with: candidate)
        let isNull = comparison.differences.map(\.field) == ["seed"]
        if isNull, isWhole, let out {
            try MapReport(
                run: baseline, map: baseline.map(), records: baseline.records(), failures: [],
                null: comparison
            ).page().write(to: out + "/map.html")
        }
        let alarms =
            null != 0 && isNull
            ? try FalseAlarms(in: [baseline, candidate], comparisons: null) : nil
        if json {
            try Terminal.printJSON(Result(comparison: comparison, null: alarms))
        } else {
            show(comparison, alarms)
        }
        if !isWhole { throw ExitCode(2) }
    }

    private func show(_ comparison: Comparison, _ alarms: FalseAlarms?) {
        print(comparison.causes + "\n")
        for change in comparison.changes { print(change.sentence) }
        for reason in [comparison.withheld, comparison.uneven].compactMap(\.self) { print(reason) }
        if margin == nil, comparison.changes.contains(where: { $0.verdict == .noDifference }) {
            print(
                "Where no difference was found, --margin says whether one of that size is excluded, "
                    + "and if not, how many more samples would tell.")
        }
        let found = comparison.found.count
        print(
            "\n"
                + (found == 0
                    ? "No difference was found."
                    : "Found: \(found) of \(comparison.changes.count) measures changed."))
        if let alarms { print(alarms.sentence) }
        if let report = report ?? out.map({ "\($0)/report.html" }) { print("Report: \(report)") }
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
