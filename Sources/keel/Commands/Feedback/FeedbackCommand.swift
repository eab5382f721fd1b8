import ArgumentParser

/// What people said of answers.
struct FeedbackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "feedback",
        abstract:
            "Group complaints, see whether their rate changed, and make probes and pairs of them.",
        subcommands: [
            FeedbackListCommand.self, FeedbackRateCommand.self, FeedbackProbesCommand.self,
            FeedbackPairsCommand.self,
        ])
}
