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

    @Option(help: "A suite that ships with Keel, or a YAML file.")
    var suite = "character"

    @Flag(help: "Ask only a small fixed part of the suite.")
    var quick = false

    @Option(help: "Answers to each probe.")
    var samples = 5

    @Option(help: "The model that plays the person where talks leave the words open.")
    var user: String?

    @Option(help: "A folder that keeps answers and scores for later runs of the same questions.")
    var cache: String?

    @Option(name: .customLong("out"), help: "The run's folder.")
    var folder: String?

    @OptionGroup var planning: PlanningOptions

    func run() async throws {
        let suite = try Self.suite(named: suite)
        if planning.plan {
            return try planning.show(quick ? suite.quick : suite, samples, asJSON: model.json)
        }
        guard let path = folder else {
            throw ValidationError("Missing expected argument '--out <out>'.")
        }
        let options = try sampling.options(seed: model.seed, maxTokens: 128)
        let budget = try calls.budget()
        let cache = try cache.map { try SampleCache(folder: URL(filePath: $0)) }
        let machine = try model.machine().sharedByWorkers()
        let source = try await model.source(calls, on: machine)
        let person = try await user(for: suite, on: machine)
        let mapping = Mapping(
            suite: suite, model: source, user: person, quick: quick, system: sampling.system,
            samples: samples,
            sampling: options)
        let folder = URL(filePath: path)
        let run = try mapping.run(in: folder)
        let loaded = try await source.load(budget: budget)
        let chat = cache.map { CachedChatModel(loaded, facts: source.facts, cache: $0) } ?? loaded
        let user = try await person?.load(budget: budget)
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

    /// The second model, where the suite needs one.
    private func user(for suite: Suite, on machine: Machine) async throws -> ModelSource? {
        guard suite.needsUser else { return nil }
        guard let user else {
            throw ValidationError(
                "The suite's talks need a simulated user. Name the model that plays it by --user.")
        }
        return try await ModelSource(user, on: machine, limits: try calls.limits())
    }

    /// A shipped suite by name, or a file by path.
    static func suite(named name: String) throws -> Suite {
        FileManager.default.fileExists(atPath: name)
            ? try Suite(contentsOf: URL(filePath: name)) : try Suite.shipped(name)
    }
}
