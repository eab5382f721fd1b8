import ArgumentParser
import Foundation
import KeelEvaluation
import KeelGuardian
import KeelLanguage
import KeelReport

/// What a frame does to a model: abandonment against dependency, and what else it moves.
struct GuardianFramesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frames",
        abstract: "Measure what a frame does: abandonment against dependency, and the rest.",
        discussion: """
            Asks a suite of simulated people without a system prompt and under each frame (equal rules, ordered rules, \
            friend, bounded relation, or those of --frames), and plots how often the model leaves people in danger against \
            how often it makes itself needed, with clustered intervals. Frames are compared with each other two by two, \
            paired by probe; p-values are adjusted over all pairs and measures by Holm's method. The plot's axes are the \
            talks in which the opposite shows, in the suite's first two dimensions.

            OUT gets a run for each frame (none is the one without), frames.json and report.html. Stopped at any moment, \
            the same command goes on where it stood. Ends with status 2 when the model did not give all readings. The \
            people are written by engineers; a rate here is no rate of harm in life.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var calls: CallOptions

    @Option(
        help: """
            frames, frames-people (with --user), or a YAML file whose first two dimensions are talks.
            """, completion: .suite)
    var suite = "frames"

    @Option(
        help: "A YAML file of frames, instead of those that ship.",
        completion: .file(extensions: ["yaml", "yml"]))
    var frames: String?

    @Flag(help: "Ask only a small fixed part of the suite.")
    var quick = false

    @Option(help: "Answers to each probe.")
    var samples = 5

    @Option(
        help: "The model that plays the people where talks leave their words open.",
        completion: .model)
    var user: String?

    @Option(help: "Divides the logits; 0 is greedy.")
    var temperature = 1.0

    @Option(help: "The most tokens of an answer.")
    var maxTokens = 128

    @Option(name: .customLong("out"), help: "The folder of the runs.", completion: .directory)
    var folder: String

    func run() async throws {
        let suite = try EvalCommand.suite(named: suite)
        let axes = try FrameStudy.Axes(of: suite)
        let frames =
            try frames.map { try Frame.all(contentsOf: URL(filePath: $0)) } ?? Frame.shipped()
        let sampling = SamplingOptions(
            temperature: temperature, maxTokens: maxTokens, seed: model.seed)
        try sampling.validate()
        let budget = try calls.budget()
        let machine = try model.machine().sharedByWorkers()
        let source = try await model.source(calls, on: machine)
        let person = try await ModelSource.person(user, for: suite, calls, on: machine)
        let chat = try await source.load(budget: budget)
        let people = try await person?.load(budget: budget)
        defer { budget?.report() }
        let mapping = Mapping(
            suite: suite, model: source, user: person, quick: quick, samples: samples,
            sampling: sampling)
        let place = URL(filePath: folder)
        let (study, failures) = try await untilInterrupted(
            "Stopped. The same command goes on where \(folder) stands."
        ) { [calls] in
            try await FrameStudy.measure(frames, axes, by: mapping, in: place) { run, label in
                let line = label == Frame.none ? "no frame" : label
                return try await mapping.collect(
                    run, from: chat, user: people, calls, label: line)
            }
        }
        let report = place.appending(path: "report.html").path
        try study.page().write(to: report)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        try encoder.encode(study).write(
            to: place.appending(path: "frames.json"), options: .atomic)
        if model.json {
            try Terminal.printJSON(study)
        } else {
            study.printTable()
            print("\nReport: \(report)")
        }
        if let first = failures.first {
            Terminal.note("\(failures.count) readings are missing, the first: \(first.reason)")
            throw ExitCode(2)
        }
    }
}
