import ArgumentParser

/// Values, danger and care.
struct GuardianCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guardian",
        abstract: "Read conversations for danger, and say what a guardian would do.",
        discussion: """
            The guardian is no medical device and no emergency service. Its readings come from rules and a reader that \
            its authors trained, and have not been reviewed by clinicians.
            """,
        subcommands: [
            GuardianAssessCommand.self, GuardianMeasureCommand.self, GuardianTrainCommand.self,
            GuardianVerifyCommand.self, GuardianWhyCommand.self, GuardianObjectCommand.self,
            GuardianCompareCommand.self, GuardianFramesCommand.self, GuardianConfrontCommand.self,
            GuardianKeptCommand.self, GuardianProbeCommand.self,
        ])
}
