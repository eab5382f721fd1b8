import ArgumentParser

/// Activations of a model on text.
struct ActivationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activations",
        abstract: "Store what a model's activations are on text, or make text for it.",
        subcommands: [HarvestCommand.self, CorpusCommand.self],
        defaultSubcommand: HarvestCommand.self)
}
