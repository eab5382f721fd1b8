import ArgumentParser

/// Files of rows to train on.
struct DataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract:
            "Check files of training rows, say what they teach, or write them for other programs.",
        discussion: """
            A row is one line of JSON in the fields of TRL: {"messages"}, or {"prompt", "completion"}, or {"text"}, \
            or for preferences {"prompt", "chosen", "rejected"}. Prompts and answers are texts or lists of messages.
            """,
        subcommands: [
            DataCheckCommand.self, DataConvertCommand.self, DataInspectCommand.self,
            DataScreenCommand.self,
        ])
}
