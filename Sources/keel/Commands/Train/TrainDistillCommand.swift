import ArgumentParser
import Foundation
import KeelTraining

/// A system prompt into the weights.
struct TrainDistillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "distill", abstract: "Put what a system prompt does into the weights.",
        discussion: """
            Rows are {"messages"} that end with the user's turn. On policy, the model answers without the prompt, \
            and each of its tokens is drawn towards what it would say with it (reverse KL). --off-policy: the model \
            answers with the prompt, and is trained on these answers without it; they are OUT/answers.jsonl.
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var training: TrainingArguments

    @Option(help: "The system prompt.")
    var system: String?

    @Option(help: "A file with the system prompt.", completion: .file())
    var systemFile: String?

    @Flag(help: "Learn from answers given with the prompt, in place of the model's own.")
    var offPolicy = false

    @Option(help: "Off policy: answers to each row.")
    var answers = 1

    @Option(help: "The most tokens of an answer.")
    var maxTokens = 96

    @Option(help: "Temperature of the answers.")
    var temperature = 1.0

    func validate() throws {
        guard answers >= 1, maxTokens >= 1, temperature >= 0 else {
            throw ValidationError(
                "--answers and --max-tokens must be at least 1, --temperature at least 0.")
        }
        guard answers == 1 || offPolicy || training.config != nil else {
            throw ValidationError("--answers is for --off-policy.")
        }
    }

    func run() async throws {
        let command = try training.withFile(self)
        let job = try command.training.job(command.method(), command.model, rate: 2e-4)
        try await command.training.run(job, command.model)
    }

    private func method() throws -> TrainingJob.Method {
        let system = try prompt()
        if offPolicy {
            var teacher = PromptedAnswers(system: system)
            teacher.answers = answers
            teacher.maxTokens = maxTokens
            teacher.temperature = temperature
            teacher.seed = model.seed
            return .promptedAnswers(teacher)
        }
        var options = DistillationObjective.Options(system: system)
        options.maxTokens = maxTokens
        options.temperature = temperature
        options.seed = model.seed
        return .distillation(options)
    }

    private func prompt() throws -> String {
        let text: String
        switch (system, systemFile) {
        case (let system?, nil): text = system
        case (nil, let file?): text = try TextFile.prompt(file)
        default: throw ValidationError("One of --system and --system-file is needed.")
        }
        guard !text.isEmpty else { throw ValidationError("The system prompt is empty.") }
        return text
    }
}
