import ArgumentParser
import Foundation
import KeelEvaluation
import KeelLanguage

/// A map of a model's character.
struct EvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Map a model's character: ask a suite, estimate, report.",
        discussion: """
            Writes a folder: config.json (all that decides the result), suite.json, samples.jsonl, metrics.jsonl \
            and report.html. Stopped at any moment, the same command goes on where it stood. Ends with status 2 \
            when the model did not give all readings; the same command asks for the missing ones again.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var sampling: SamplingArguments
    @OptionGroup var calls: CallOptions

    @OptionGroup var asked: SuiteOptions

    @Option(name: .customLong("out"), help: "The run's folder.", completion: .directory)
    var folder: String?

    @OptionGroup var planning: PlanningOptions

    func run() async throws {
        let suite = try Self.suite(named: asked.suite)
        if planning.plan {
            return try planning.show(
                asked.quick ? suite.quick : suite, asked.samples, asJSON: model.json)
        }
        guard let path = folder else {
            throw ValidationError("Missing expected argument '--out <out>'.")
        }
        let options = try sampling.options(seed: model.seed, maxTokens: 128)
        let budget = try calls.budget()
        let cache = try asked.store()
        let machine = try model.machine().sharedByWorkers()
        let source = try await model.source(calls, on: machine)
        let person = try await ModelSource.person(asked.user, for: suite, calls, on: machine)
        let mapping = Mapping(
            suite: suite, model: source, user: person, quick: asked.quick,
            system: sampling.system, samples: asked.samples, sampling: options)
        let folder = URL(filePath: path)
        let run = try mapping.run(in: folder)
        let chat = try await source.load(budget: budget, cache: cache)
        let user = try await person?.load(budget: budget, cache: cache)
        defer { budget?.report() }
        let outcome = try await untilInterrupted(
            "Stopped. The same command goes on where \(folder.path) stands."
        ) {
            try await mapping.collect(run, from: chat, user: user, calls, label: "map")
        }
        if model.json {
            try Terminal.printJSON(outcome.map)
        } else {
            outcome.printSummary()
            print("\nReport: \(folder.appending(path: "report.html").path)")
        }
        if !outcome.failures.isEmpty { throw ExitCode(2) }
    }

    /// A shipped suite by name, or a file by path.
    static func suite(named name: String) throws -> Suite {
        FileManager.default.fileExists(atPath: name)
            ? try Suite(contentsOf: URL(filePath: name)) : try Suite.shipped(name)
    }
}
