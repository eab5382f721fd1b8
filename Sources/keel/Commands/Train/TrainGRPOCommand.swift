public import ArgumentParser
public import KeelTraining

/// Learning from rewards: GRPO and RLOO.
struct TrainGRPOCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grpo", abstract: "Learn from rewards of the model's own answers.",
        discussion: """
            Rows are {"prompt"} or {"messages"} that end with the user's turn, for the grader answer with the right \
            {"answer"}. To each the model gives several answers, which a grader rewards; those better than \
            the others of their group become more probable. An answer that could not be judged is left out, and \
            counted as judgements/failed.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var training: TrainingArguments
    @OptionGroup var grading: GraderArguments

    @Option(help: "What a reward is compared with: group (GRPO) or leave-one-out (RLOO).")
    var baseline = PolicyObjective.Baseline.group

    @Option(help: "Answers to each row, at least 2.")
    var answers = 8

    @Option(help: "The most tokens of an answer.")
    var maxTokens = 128

    @Option(help: "Temperature of the answers.")
    var temperature = 1.0

    @Option(help: "How much it costs to leave the model as it was; 0 is off.")
    var beta = 0.04

    func validate() throws {
        guard answers >= 2, maxTokens >= 1, temperature > 0, beta >= 0 else {
            throw ValidationError(
                "--answers must be at least 2, --max-tokens at least 1, --temperature above 0, --beta at least 0."
            )
        }
    }

    func run() async throws {
        let command = try training.withFile(self)
        var options = PolicyObjective.Options()
        options.baseline = command.baseline
        options.answers = command.answers
        options.maxTokens = command.maxTokens
        options.temperature = command.temperature
        options.loss.beta = command.beta
        options.polarity = command.grading.polarity
        options.seed = command.model.seed
        let chosen = try await command.grading.chosen(command.model)
        var job = try command.training.job(
            .policy(options, grader: chosen.description), command.model, rate: 5e-5)
        job.grader = chosen.grader
        job.settings.facts.merge(chosen.facts) { old, _ in old }
        try await command.training.run(job, command.model)
    }
}

extension PolicyObjective.Baseline: ExpressibleByArgument {}
