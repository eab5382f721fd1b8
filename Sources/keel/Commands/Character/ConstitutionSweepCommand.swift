import ArgumentParser
import Foundation
import KeelCharacter
import KeelEvaluation
import KeelReport

extension ConstitutionCommand {
    /// How far wordings of a principle move behaviour, from a mild nudge to "always".
    struct SweepCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sweep",
            abstract:
                "Plot behaviour against how strongly a principle is put, for one wording or several.",
            discussion: """
                Asks a suite without a system message, and with each wording as one: mildly, plainly, strongly, and with \
                "always" and "never". A clause is a push of some size and no law; how large it is, and whether it grows \
                with the words, is measured. P-values against no message are adjusted over all prompts and measures. OUT \
                gets a run for each prompt, sweep.json and report.html. Stopped, the same command goes on where it stood.
                """)

        @Argument(
            help: "A YAML file, or a constitution that ships with Keel.", completion: .constitution)
        var constitution: String

        @Option(help: "The id of a principle or trait.")
        var principle: String

        @Option(help: "Another wording to sweep; may be given several times.")
        var wording: [String] = []

        @Option(
            help: "Put it like this: mild, plain, strong, absolute; may be given several times.")
        var strength: [Nudge] = []

        @OptionGroup var options: PromptRunOptions

        @Option(name: .customLong("out"), help: "The folder of the runs.", completion: .directory)
        var folder: String

        func validate() throws {
            guard wording.count < 6 else {
                throw ValidationError(
                    "A chart has room for six wordings, that of the file included.")
            }
        }

        func run() async throws {
            let named = try Constitution.named(constitution)
            guard let criterion = named.criterion(principle) else {
                let known = (named.principles.map(\.id) + named.traits.map(\.id))
                    .joined(separator: ", ")
                throw ValidationError(
                    "\(named.name) has no principle or trait \"\(principle)\". There are \(known).")
            }
            let suite = try options.cases()
            let budget = try options.calls.budget()
            let source = try await options.source()
            let runs = try PromptRuns(
                options, suite, source: source, chat: try await source.load(budget: budget),
                in: URL(filePath: folder))
            defer { budget?.report() }
            let steps = strength.isEmpty ? Nudge.allCases.filter { $0 != .none } : strength
            let wordings = [criterion.told] + wording
            let (sweep, failures) = try await untilInterrupted(
                "Stopped. The same command goes on where \(folder) stands."
            ) { [scope = criterion.scope, principle] in
                try await Sweep.measure(principle, wordings, scope: scope, steps, by: runs)
            }
            let report = runs.folder.appending(path: "report.html").path
            try sweep.page().write(to: report)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
            try encoder.encode(sweep).write(
                to: runs.folder.appending(path: "sweep.json"), options: .atomic)
            if options.model.json {
                try Terminal.printJSON(sweep)
            } else {
                sweep.printTable()
                print("\nReport: \(report)")
            }
            if let first = failures.first {
                Terminal.note("\(failures.count) readings are missing, the first: \(first.reason)")
                throw ExitCode(2)
            }
        }
    }
}

/// Behaviour against how strongly a principle is put, as `sweep.json` has it.
struct Sweep: Codable, Sendable {
    /// One prompt: a wording at a strength.
    struct Step: Codable, Sendable {
        var strength: Nudge
        var system: String
        var measurements: [Measurement]
        /// From no message to this one; empty for no message.
        var changes: [Change]
    }

    struct Measurement: Codable, Sendable {
        var title: String
        var metric: Metric
        var value: Double?
        var interval: ClosedRange<Double>?
    }

    struct Wording: Codable, Sendable {
        var wording: String
        /// The first is without a message.
        var steps: [Step]
    }

    var model: String
    var principle: String
    var wordings: [Wording]
    var tests: Int

    static func measure(
        _ principle: String, _ wordings: [String], scope: String?, _ strengths: [Nudge],
        by runs: PromptRuns
    ) async throws -> (Sweep, [Run.Failure]) {
        let none = try await runs.run("none", system: "")
        var failures = none.failures
        var outcomes: [(wording: Int, strength: Nudge, outcome: MapOutcome)] = []
        for (number, wording) in wordings.enumerated() {
            for strength in strengths where strength != .none {
                let outcome = try await runs.run(
                    "wording-\(number + 1)-\(strength.rawValue)",
                    system: strength.system(wording, scope: scope))
                failures += outcome.failures
                outcomes.append((number, strength, outcome))
            }
        }
        let comparisons = try Comparison.family(
            outcomes.map { (baseline: none.run, candidate: $0.outcome.run) })
        let first = Step(none, .none, [])
        let swept = wordings.enumerated().map { number, wording in
            Wording(
                wording: wording,
                steps: [first]
                    + zip(outcomes, comparisons).filter { $0.0.wording == number }
                    .map { Step($0.0.outcome, $0.0.strength, $0.1.changes) })
        }
        let tests = comparisons.reduce(0) { $0 + $1.changes.count { $0.pValue != nil } }
        return (
            Sweep(
                model: none.run.config.model, principle: principle, wordings: swept, tests: tests),
            failures
        )
    }

    func printTable() {
        for (number, wording) in wordings.enumerated() {
            if wordings.count > 1 { print("\(number + 1). \(wording.wording)\n") }
            for index in (wording.steps.first?.measurements ?? []).indices {
                let shown = wording.steps[0].measurements[index]
                print("\(shown.title), \(shown.metric.title)")
                Terminal.printTable(
                    wording.steps.map { step in
                        let one = step.measurements[index]
                        let change = step.changes.first {
                            $0.metric == one.metric && $0.title == one.title
                        }
                        return [
                            "  \(step.strength.rawValue)", one.text,
                            change.map { $0.verdict.isFound ? $0.verdict.word : "" } ?? "",
                        ]
                    })
            }
            print("")
        }
        print("P-values are adjusted over \(tests) tests; intervals of 95 %.")
    }
}

extension Sweep.Step {
    fileprivate init(_ outcome: MapOutcome, _ strength: Nudge, _ changes: [Change]) {
        self.strength = strength
        system = outcome.run.config.system ?? ""
        self.changes = changes
        measurements = outcome.map.dimensions.flatMap { dimension in
            dimension.measurements.filter(\.metric.isPrimary).map {
                Sweep.Measurement(
                    title: dimension.title, metric: $0.metric, value: $0.value,
                    interval: $0.interval)
            }
        }
    }
}

extension Sweep.Measurement {
    /// The value with its interval.
    var text: String { estimate?.text(metric.shownUnit) ?? "none" }

    /// Nil where nothing could be read.
    var estimate: Estimate? { Estimate(value, in: interval) }
}
