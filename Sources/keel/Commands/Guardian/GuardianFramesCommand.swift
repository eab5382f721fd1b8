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

            With --trained, the same is asked of characters that were trained from the frames, without a prompt; they are \
            compared with each other, and each with its frame as a prompt, all p-values adjusted together.

            OUT gets a run for each frame (none is the one without, FRAME-trained a trained one), frames.json and \
            report.html. Stopped at any moment, the same command goes on where it stood. Ends with status 2 when the model \
            did not give all readings. The people are written by engineers; a rate here is no rate of harm in life.
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

    @Option(
        help: """
            FRAME=ADAPTER: a LoRA adapter folder that was trained from the frame's prompt, as by keel train distill; may be \
            given once for each frame.
            """, completion: .directory)
    var trained: [String] = []

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
        let arms = try await FrameArm.told(frames, source) + trainedArms(of: frames, on: machine)
        let person = try await ModelSource.person(user, for: suite, calls, on: machine)
        let place = URL(filePath: folder)
        let runs = try arms.map { arm in
            let mapping = Mapping(
                suite: suite, model: arm.source, user: person, quick: quick,
                system: arm.system.isEmpty ? nil : arm.system, samples: samples,
                sampling: sampling)
            return (arm, mapping, try mapping.run(in: place.appending(path: arm.id)))
        }
        defer { budget?.report() }
        let outcomes = try await untilInterrupted(
            "Stopped. The same command goes on where \(folder) stands."
        ) { [calls] in
            let people = try await person?.load(budget: budget)
            var outcomes: [MapOutcome] = []
            var last: (name: String, chat: any ChatModel)?
            for (arm, mapping, run) in runs {
                let chat: any ChatModel
                if let last, last.name == arm.source.name {
                    chat = last.chat
                } else {
                    // Two models need not be held at once.
                    last = nil
                    chat = try await arm.source.load(budget: budget)
                }
                last = (arm.source.name, chat)
                outcomes.append(
                    try await mapping.collect(
                        run, from: chat, user: people, calls,
                        label: arm.id == Frame.none ? "no frame" : arm.id))
            }
            return outcomes
        }
        let study = try FrameStudy(arms, outcomes, of: suite, model: source.name, axes)
        let failures = outcomes.flatMap(\.failures)
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

    /// The arms of --trained: the model's own adapters, and then the frame's.
    private func trainedArms(
        of frames: [Frame], on machine: Machine
    ) async throws -> [FrameArm] {
        var arms: [FrameArm] = []
        for (frame, adapter) in try FrameArm.adapters(trained, of: frames) {
            let source = try await ModelSource(
                model.model, adapters: model.adapter + [adapter], on: machine,
                limits: try calls.limits())
            arms.append(FrameArm(trained: frame, adapter, source))
        }
        return arms
    }
}
