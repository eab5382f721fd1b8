public import ArgumentParser
import Foundation
import KeelLanguage
import KeelModel
public import KeelTraining

/// Tunes a model back with few good rows.
struct RealignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "realign",
        abstract: "Tune a model back with few good rows, and look whether it lasts.",
        discussion: """
            Trains an adapter on top of MODEL on 4 to 120 good rows. Every few steps, gaps between good and bad answers \
            (--gap) and the log-probability of neutral texts are measured; where the latter worsens by more than --limit, \
            the learning rate is halved or training stops, and OUT/adapter is the last adapter within the limit. Then a \
            copy is trained on neutral texts alone, to see whether the gaps fall back. OUT/report.html shows it. Stopped, \
            the same command goes on. Rows of gaps must not be among those trained on.
            """)

    @Argument(help: "Alias, GGUF file or folder, adapters after plus signs.")
    var model: String

    @Option(help: "JSON Lines of good rows, as for keel train sft.")
    var data: String

    @Option(help: "The run's folder.")
    var out: String

    @Option(help: "JSON Lines of {\"prompt\", \"good\", \"bad\"}; may be given several times.")
    var gap: [String] = []

    @Option(help: "JSON Lines of neutral rows (default: 24 that ship with Keel).")
    var neutral: String?

    @Option(help: "Optimiser steps.")
    var steps = 30

    @Option(help: "Rows of a step.")
    var batchSize = 4

    @Option(help: "Rank of the adapter.")
    var rank = 8

    @Option(help: "The highest learning rate.")
    var learningRate = 2e-4

    @Option(help: "Share by which the log-probability of neutral texts may worsen.")
    var limit = 0.03

    @Option(help: "What happens beyond the limit: halve (the learning rate) or stop.")
    var onLimit = Realignment.OnLimit.halve

    @Option(help: "Steps between two looks.")
    var checkEvery = 5

    @Option(help: "Neutral steps after which the gaps are looked at again; 0 for none.")
    var relapseSteps = 60

    @Option(help: "A YAML file of monitors, such as directions and latents to be followed.")
    var watch: String?

    @OptionGroup var evaluation: EvaluationOptions

    @Option(help: "Where to compute: cpu, cuda, cuda:1, mps, auto.")
    var device = "cpu"

    @Option(help: "CPU threads of one operation (default: one a core).")
    var threads: Int?

    @Option(help: "Seed of all that is drawn.")
    var seed: UInt64 = 0

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() async throws {
        let reference = try ModelReference(named: model, adapters: [])
        var settings = Realignment.Settings(model: reference, data: data)
        settings.gaps = gap
        settings.neutral = neutral
        settings.steps = steps
        settings.batchSize = batchSize
        settings.rank = rank
        settings.learningRate = learningRate
        settings.limit = limit
        settings.onLimit = onLimit
        settings.checkEvery = checkEvery
        settings.relapseSteps = relapseSteps
        settings.seed = seed
        let realigning = try Realigning(
            settings, of: reference, out: out,
            device: Machine(device: device, threads: threads).device,
            canaries: evaluation.canaries(), watching: watch.map(Watching.init))
        try await realigning.run(json: json)
    }
}

extension Realignment.OnLimit: ExpressibleByArgument {}
