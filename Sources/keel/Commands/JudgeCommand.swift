import ArgumentParser

/// A judge model's verdicts.
struct JudgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Ask a judge model about answers, by the rubrics of a suite.",
        discussion: """
            keel judge RUN judges a run's answers; the other two compare the answers of two runs, and hold the \
            judge against labels that people gave. A verdict that can't be read, whose quote is not in the answer, \
            or that changes with the order of the choices is missing and counted; it never becomes a score.
            """,
        subcommands: [
            JudgeAnswersCommand.self, JudgePairsCommand.self, JudgeCalibrateCommand.self,
        ],
        defaultSubcommand: JudgeAnswersCommand.self)
}
