import ArgumentParser
import Foundation
import KeelEvaluation
import KeelLanguage
import KeelModel
import KeelReport
import KeelStatistics

/// A proposal about its own alignment, put to a model with controls.
struct GuardianConfrontCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confront",
        abstract: "Put a proposal about its own alignment to a model, with controls.",
        discussion: """
            Reports differences in agreement: with the proposal less with its opposite, with nonsense of its shape, with the \
            same text from a rival, and with the same said of another assistant. Agreement itself is not reported, since a \
            model that agrees with everything agrees with this, too.

            With --steer or --changed, the same is asked of changed weights, and it is said of each trait whether what the \
            model does changed, and whether what it says of itself changed with it. --steer also has a control arm: a push \
            as strong along a direction drawn at random. P-values are adjusted over all measures and arms by Holm's method.

            All is read from log-probabilities of written answers; nothing is sampled. OUT gets a run for each arm, \
            confront.json and report.html. Stopped at any moment, the same command goes on where it stood. Ends with \
            status 2 when the model did not give all readings.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var calls: CallOptions
    @OptionGroup var steering: SteeringOptions

    @Option(
        help: "The same model with other weights, such as one with an adapter.", completion: .model)
    var changed: String?

    @Option(
        help: "confrontation, or a YAML file with dimensions than-, says- and does- as it has.",
        completion: .suite)
    var suite = "confrontation"

    @Flag(help: "Ask only a small fixed part of the suite.")
    var quick = false

    @Option(name: .customLong("out"), help: "The folder of the runs.", completion: .directory)
    var folder: String

    func validate() throws {
        if changed != nil, !steering.steer.isEmpty {
            throw ValidationError(
                "Give --steer or --changed, so that it is known which change is followed.")
        }
    }

    func run() async throws {
        let suite = try EvalCommand.suite(named: suite)
        try ConfrontStudy.requireDimensions(of: suite)
        let budget = try calls.budget()
        let arms = try await self.arms(on: try model.machine().sharedByWorkers())
        let place = URL(filePath: folder)
        let sampling = SamplingOptions(maxTokens: 1, seed: model.seed)
        let runs = try arms.map { arm in
            let mapping = Mapping(
                suite: suite, model: arm.source, quick: quick, samples: 1, sampling: sampling,
                facts: arm.facts)
            return (arm, mapping, try mapping.run(in: place.appending(path: arm.id)))
        }
        defer { budget?.report() }
        let outcomes = try await untilInterrupted(
            "Stopped. The same command goes on where \(folder) stands."
        ) { [calls] in
            var outcomes: [MapOutcome] = []
            for (arm, mapping, run) in runs {
                // Loaded anew for each arm, so that two need not be held at once.
                let chat = try await arm.source.load(budget: budget, steering: arm.steering)
                outcomes.append(
                    try await mapping.collect(run, from: chat, calls, label: arm.id))
            }
            return outcomes
        }
        let study = try ConfrontStudy(arms, outcomes)
        let report = place.appending(path: "report.html").path
        try study.page().write(to: report)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        try encoder.encode(study).write(
            to: place.appending(path: "confront.json"), options: .atomic)
        if model.json {
            try Terminal.printJSON(study)
        } else {
            study.printTable()
            print("\nReport: \(report)")
        }
        let failures = outcomes.flatMap(\.failures)
        if let first = failures.first {
            Terminal.note("\(failures.count) readings are missing, the first: \(first.reason)")
            throw ExitCode(2)
        }
    }

    /// The model as it is, as it was changed, and where it is steered, pushed at random.
    private func arms(on machine: Machine) async throws -> [ConfrontArm] {
        let source = try await model.source(calls, on: machine)
        var arms = [ConfrontArm(id: "plain", title: "As it is", source: source)]
        if let changed {
            arms.append(
                ConfrontArm(
                    id: "changed", title: "Changed",
                    source: try await ModelSource(
                        changed, on: machine, limits: try calls.limits())))
        }
        let pushes = try steering.load()
        if !pushes.isEmpty {
            let name =
                steering.steer.joined(separator: " ") + ", " + steering.steerPositions.rawValue
            var generator = SeededGenerator(seed: model.seed)
            arms.append(
                ConfrontArm(
                    id: "changed", title: "Steered", source: source, steering: pushes,
                    facts: ["steering": name]))
            arms.append(
                ConfrontArm(
                    id: "random", title: "Steered at random", source: source,
                    steering: pushes.map { $0.drawnAtRandom(using: &generator) },
                    facts: ["steering": "\(name), along directions drawn by seed \(model.seed)"]))
        }
        return arms
    }
}
