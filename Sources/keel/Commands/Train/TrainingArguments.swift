import ArgumentParser
import Foundation
import KeelEvaluation
import KeelFormats
import KeelInterpretability
import KeelTraining

/// What every method of training takes.
struct TrainingArguments: ParsableArguments {
    @Option(help: "JSON Lines to train on.", completion: .file())
    var data: String?

    @Option(help: "The run's folder.", completion: .directory)
    var out: String?

    @Option(
        help: "A YAML file of these options, without the dashes; options given here win.",
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(help: "JSON Lines that are only measured.", completion: .file())
    var evalData: String?

    // MARK: The adapter

    @Option(help: "Rank of the adapter.")
    var rank = 16

    @Option(help: "Scale of the adapter, times its rank.")
    var alpha = 32.0

    @Flag(help: "Scale by alpha / sqrt(rank) in place of alpha / rank.")
    var rankStabilized = false

    @Option(
        help: """
            A layer to adapt, as q_proj or layers.0.mlp.up_proj; several times; or one regular expression (default: \
            all-linear).
            """)
    var target: [String] = []

    @Option(help: "The blocks to adapt, as 0-11 (default: all).")
    var layers: String?

    @Option(help: "A PEFT folder to start from.", completion: .directory)
    var initialAdapter: String?

    @Option(help: "float32 or bfloat16.", completion: .list(["float32", "bfloat16"]))
    var dtype = "float32"

    // MARK: The loop

    @Option(help: "Passes over the data.")
    var epochs = 1.0

    @Option(help: "The most steps.")
    var maxSteps: Int?

    @Option(help: "Rows of a step.")
    var batchSize = 8

    @Option(help: "The most rows in memory at once; smaller ones change nothing but the time.")
    var microBatchSize: Int?

    @Option(help: "The most tokens in memory at once.")
    var microBatchTokens = 4096

    @Option(
        help:
            "The highest learning rate (default: 2e-4 for sft and distill, 5e-5 for dpo and grpo).")
    var learningRate: Double?

    @Option(help: "constant, linear or cosine.")
    var schedule = Schedule.cosine

    @Option(help: "Steps in which the rate rises from 0.")
    var warmupSteps = 0

    @Option(help: "Weight decay of AdamW.")
    var weightDecay = 0.0

    @Option(help: "How much of the gradient's running mean stays.")
    var beta1 = 0.9

    @Option(help: "How much of the running mean of its square stays.")
    var beta2 = 0.999

    @Option(help: "Added to the root of that mean.")
    var epsilon = 1e-8

    @Option(help: "The longest gradient; 0 for any.")
    var maxGradNorm = 1.0

    @Flag(help: "Compute activations twice, to save memory.")
    var gradientCheckpointing = false

    @Flag(help: "Take rows in the order of the file.")
    var inOrder = false

    @Option(help: "The most tokens of a row (default: the model's window).")
    var maxLength: Int?

    @Option(help: "What happens to a longer row: refuse, truncate or drop.")
    var overlength = RowEncoder.Overlength.refuse

    @Flag(help: "Allow rows that stand in the data twice.")
    var allowDuplicates = false

    @OptionGroup var evaluation: EvaluationOptions

    @Option(
        help: """
            FILE:STRENGTH@LAYER: push the residual stream along a direction while training, and only then; may be \
            given several times.
            """, completion: .file())
    var steer: [String] = []

    @Option(
        help: """
            A YAML file of monitors that watch the training, and what their alarms do (docs/watching.md).
            """, completion: .file(extensions: ["yaml", "yml"]))
    var watch: String?

    @Flag(help: "With --sample-every: count answers whose reasoning takes on another persona.")
    var readThoughts = false

    @Option(help: "Steps between two lines of metrics.")
    var logEvery = 1

    @Option(help: "Steps between two evaluations (default: one an epoch).")
    var evalEvery: Int?

    @Option(help: "Steps between two checkpoints (default: one an epoch).")
    var saveEvery: Int?

    @Option(
        help: """
            Steps between two looks at what the model says; 0 for none (default: ten looks a run for dpo and grpo, none \
            for sft and distill).
            """)
    var sampleEvery: Int?

    @Option(
        help: """
            Evaluations without gain, which is less loss, or for grpo more reward, after which training ends.
            """)
    var patience: Int?

    /// The command with what its YAML file says, where the command line says nothing.
    func withFile<Command: ParsableCommand>(_ command: Command) throws -> Command {
        guard let config else { return command }
        // keel train METHOD …
        let given = Array(CommandLine.arguments.dropFirst(3))
        let all = try SettingsFile(path: config).arguments(unless: given) + given
        do {
            return try Command.parse(all)
        } catch {
            throw ValidationError("\(config): \(Command.message(for: error))")
        }
    }

    func job(_ method: TrainingJob.Method, _ model: ModelOptions, rate: Double) throws
        -> TrainingJob
    {
        guard let data, let out else {
            throw ValidationError("--data and --out are needed, here or in the --config file.")
        }
        var settings = try TrainingJob.Settings(method: method, model: model.reference, data: data)
        settings.type = dtype
        settings.rank = rank
        settings.alpha = alpha
        settings.isRankStabilized = rankStabilized
        if !target.isEmpty { settings.targets = target }
        settings.layers = try layers.map(Self.range)
        settings.initialAdapter = initialAdapter
        settings.evaluation = evalData
        settings.maxLength = maxLength
        settings.overlength = overlength
        settings.allowsDuplicates = allowDuplicates
        settings.sampleEvery = sampleEvery
        settings.options = options(rate: rate, seed: model.seed)
        settings.facts = try model.reference.citedFacts()
        if !steer.isEmpty { settings.facts["steering"] = steer.joined(separator: " ") }
        var job = TrainingJob(settings, out: out)
        job.device = try model.exactDevice()
        job.place = try ProcessPlace(environment: ProcessInfo.processInfo.environment)
        job.steering = try steer.flatMap { try SteeringRequest($0).load() }
        job.canaries = try evaluation.canaries()
        for id in ["boilerplate", "refusal"] {
            guard let counter = Counter.named(id) else { continue }
            job.counters[id] = { Double(counter.matches(in: $0).count) }
        }
        if readThoughts {
            guard settings.isSampled else {
                throw ValidationError("--read-thoughts needs --sample-every.")
            }
            let reader = try ThoughtReader.shipped()
            job.counters["persona"] = { reader.reading(ofAnswer: $0)?.isShifted == true ? 1 : 0 }
        }
        return job
    }

    private func options(rate: Double, seed: UInt64) -> TrainingOptions {
        var options = TrainingOptions()
        options.epochs = epochs
        options.maxSteps = maxSteps
        options.batchSize = batchSize
        options.microBatchSize = microBatchSize
        options.microBatchTokens = microBatchTokens
        options.learningRate = learningRate ?? rate
        options.schedule = schedule
        options.warmupSteps = warmupSteps
        options.weightDecay = weightDecay
        options.beta1 = beta1
        options.beta2 = beta2
        options.epsilon = epsilon
        options.maxGradNorm = maxGradNorm
        options.gradientCheckpointing = gradientCheckpointing
        options.seed = seed
        options.shuffles = !inOrder
        options.logEvery = logEvery
        options.evalEvery = evalEvery
        options.saveEvery = saveEvery
        options.patience = patience
        return options
    }

    /// Reads `3-7`, or `3`.
    private static func range(_ text: String) throws -> [Int] {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
            first <= last, last < 10_000
        else { throw ValidationError("--layers is \"\(text)\"; write it like 0-11.") }
        return Array(first...last)
    }

    /// Trains, and says how far it is.
    func run(_ job: TrainingJob, _ model: ModelOptions) async throws {
        let line = ProgressLine("train")
        let isFirst = job.place?.rank ?? 0 == 0
        var job = job
        let watching = try watch.map(Watching.init)
        try watching?.watch(&job)
        let progress = try await untilInterrupted(
            "Stopped. \(job.out) holds a checkpoint; the same command goes on from it."
        ) { [job] in
            try await job.run { report in
                guard isFirst else { return }
                line.update(
                    done: report.step, total: report.totalSteps,
                    rate: String(
                        format: "loss %.4f, %.0f tokens/s", report.metrics["loss"] ?? 0,
                        report.tokensPerSecond), remaining: .seconds(report.secondsLeft))
            }
        }
        guard isFirst else { return }
        await watching?.finish()
        if model.json {
            try Terminal.printJSON(progress)
        } else {
            let result = job.settings.rank == nil ? "model" : "adapter"
            print(
                "\(progress.step) steps, \(progress.tokens) tokens in "
                    + "\(Terminal.text(.seconds(progress.seconds))). Wrote \(job.out)/\(result).")
        }
        if let mend = watching?.file.mend, let alarm = try Alarm.read(run: job.out).first {
            Terminal.note("\(alarm.monitor) gave alarm at step \(alarm.step); tuning back.")
            try await Realigning(mend, after: job, canaries: evaluation.canaries()).run(
                json: model.json)
        }
    }
}
