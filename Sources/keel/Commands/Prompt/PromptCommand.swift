import ArgumentParser

/// System prompts that earn their place.
struct PromptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompt",
        abstract:
            "Measure what the sentences of a system prompt do, and improve it by patches that prove themselves.",
        subcommands: [PromptAblateCommand.self, PromptImproveCommand.self])
}
