import ArgumentParser
import Foundation
import KeelEvaluation
import KeelLanguage
import KeelModel
import KeelTensor

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

    @Option(help: "A suite that ships with Keel, or a YAML file.")
    var suite = "character"

    @Flag(help: "Ask only a small fixed part of the suite.")
    var quick = false

    @Option(help: "Answers to each probe.")
    var samples = 5

    @Option(name: .customLong("out"), help: "The run's folder.")
    var folder: String

    func run() async throws {
        let suite = try Self.suite(named: suite)
        let mapping = Mapping(
            suite: suite, reference: try model.reference, device: try model.prepareEngine(),
            quick: quick,
            system: sampling.system, samples: samples,
            sampling: try sampling.options(seed: model.seed))
        let folder = URL(filePath: folder)
        let run = try mapping.run(in: folder)
        let chat = try await model.load()
        let outcome = try await untilInterrupted(
            "Stopped. The same command goes on where \(folder.path) stands."
        ) {
            try await mapping.collect(run, from: chat, label: "map")
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
