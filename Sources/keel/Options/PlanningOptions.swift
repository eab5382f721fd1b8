import ArgumentParser
import Foundation
import KeelEvaluation

/// What a run could find, before it is made.
struct PlanningOptions: ParsableArguments {
    @Flag(help: "Ask nothing; print the smallest changes that two such runs could tell apart.")
    var plan = false

    @Option(help: "With --plan: a run whose variances are used.", completion: .directory)
    var like: String?

    func validate() throws {
        if like != nil, !plan { throw ValidationError("--like is for --plan.") }
    }

    /// Prints the smallest detectable changes of a suite.
    func show(_ suite: Suite, _ samples: Int, asJSON: Bool) throws {
        let plan = try DetectableChanges(
            of: suite, samples: samples, like: try like.map { try Run(reading: URL(filePath: $0)) })
        if asJSON { return try Terminal.printJSON(plan) }
        func text(_ value: Double?) -> String {
            value.map { String(format: "%.3f", $0) } ?? "unknown"
        }
        func percent(_ share: Double?) -> String {
            share.map { String(format: "%.0f %%", 100 * $0) } ?? "unknown"
        }
        Terminal.printTable(
            [
                [
                    "dimension", "measure", "probes", "\(samples) samples", "twice the samples",
                    "twice the probes", "on other probes", "variance between probes",
                    "between samples", "variances",
                ]
            ]
                + plan.rows.map { row in
                    [
                        row.title, "\(row.metric.title), \(row.metric.unit)", "\(row.probes)",
                        text(row.asked), text(row.twiceSamples), text(row.twiceProbes),
                        text(row.elsewhere), percent(row.betweenProbes),
                        percent(row.betweenProbes.map { 1 - $0 }),
                        row.isMeasured ? "measured" : "assumed",
                    ]
                })
        print("\n" + plan.assumptions.joined(separator: "\n"))
    }
}
