public import ArgumentParser
public import KeelTraining

/// Trains a model, or an adapter of one.
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Train an adapter, or a whole model.",
        discussion: """
            OUT/adapter is a LoRA folder in PEFT layout, for keel generate --adapter. OUT/metrics.jsonl and a \
            TensorBoard file hold the way there. Stopped or killed, the same command goes on from the last \
            checkpoint.
            """,
        subcommands: [
            TrainSFTCommand.self, TrainDPOCommand.self, TrainGRPOCommand.self,
            TrainDistillCommand.self,
        ])
}

/// Supervised fine-tuning.
struct TrainSFTCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sft", abstract: "Learn from answers.",
        discussion: """
            Rows are {"messages": [{"role", "content"}]}, {"prompt", "completion"} or {"text"}. Of messages, the \
            assistant's turns are trained on, the end of each included.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var training: TrainingArguments

    @Flag(help: "Train all weights instead of an adapter; writes OUT/model.")
    var full = false

    func run() async throws {
        let command = try training.withFile(self)
        var job = try command.training.job(.supervised, command.model, rate: 2e-4)
        if command.full { job.settings.rank = nil }
        try await command.training.run(job, command.model)
    }
}

/// Direct preference optimisation.
struct TrainDPOCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dpo", abstract: "Learn from preferences between two answers.",
        discussion: """
            Rows are {"prompt", "chosen", "rejected"}, texts or lists of messages; without a prompt, what both \
            begin with is the prompt. "chosen_probability" says how sure it is that chosen is better.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var training: TrainingArguments

    @Option(help: "sigmoid, ipo or robust.")
    var loss = PreferenceLoss.sigmoid

    @Option(help: "How much it costs to leave the model as it was.")
    var beta = 0.1

    @Option(help: "Weight of the chosen answer's negative log-likelihood per token.")
    var likelihoodWeight = 0.0

    @Option(help: "Probability that a label is flipped, below 0.5.")
    var labelSmoothing = 0.0

    func validate() throws {
        guard beta > 0, likelihoodWeight >= 0, (0..<0.5).contains(labelSmoothing) else {
            throw ValidationError(
                "--beta must be above 0, --likelihood-weight at least 0, --label-smoothing from 0 to below 0.5."
            )
        }
    }

    func run() async throws {
        let command = try training.withFile(self)
        var options = PreferenceObjective.Options()
        options.loss = command.loss
        options.beta = command.beta
        options.likelihoodWeight = command.likelihoodWeight
        options.labelSmoothing = command.labelSmoothing
        let job = try command.training.job(.preference(options), command.model, rate: 5e-5)
        try await command.training.run(job, command.model)
    }
}

extension PreferenceLoss: ExpressibleByArgument {}
extension Schedule: ExpressibleByArgument {}
extension RowEncoder.Overlength: ExpressibleByArgument {}
