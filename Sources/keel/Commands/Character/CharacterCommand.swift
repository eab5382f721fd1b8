import ArgumentParser

/// From a constitution to data that trains a character.
struct CharacterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "character",
        abstract:
            "Make rows of preferences from a constitution, and say what training on them did.",
        subcommands: [
            CharacterDataCommand.self, CharacterMovedCommand.self, CharacterArmsCommand.self,
            CharacterRobustnessCommand.self,
        ])
}
