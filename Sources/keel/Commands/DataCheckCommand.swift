import ArgumentParser
import KeelModel
import KeelTraining

/// Whether files can be trained on.
struct DataCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what is in files of training rows, and what is wrong with them.",
        discussion: """
            Finds rows that cannot be read, rows that repeat others, and rows that hold a suite's canary or ask what \
            one of its probes asks. With --model, rows are tokenized as training does, so that those it would \
            refuse are found too. Exit status 1 when anything is wrong.
            """)

    @Argument(help: "JSON Lines files.", completion: .file())
    var files: [String]

    @Option(
        help: "Whose tokenizer, template and window to check against: alias, GGUF file or folder.",
        completion: .model)
    var model: String?

    @Option(help: "The most tokens of a row (default: the model's window).")
    var maxLength: Int?

    @Flag(help: "Let rows repeat others.")
    var allowDuplicates = false

    @OptionGroup var evaluation: EvaluationOptions

    @Flag(help: "Print results as JSON, all problems among them.")
    var json = false

    private static let shown = 20

    func validate() throws {
        if let maxLength, maxLength < 1 {
            throw ValidationError("--max-length must be at least 1.")
        }
        if maxLength != nil, model == nil { throw ValidationError("--max-length needs --model.") }
    }

    func run() throws {
        let check = DataCheck(
            evaluation: try evaluation.evaluationText(), encoder: try encoder(),
            allowsDuplicates: allowDuplicates)
        let reports = try files.map { try check.report(on: $0) }
        if json {
            try Terminal.printJSON(reports)
        } else {
            for report in reports { print(report) }
        }
        if reports.contains(where: { !$0.problems.isEmpty }) { throw ExitCode.failure }
    }

    private func encoder() throws -> RowEncoder? {
        guard let model else { return nil }
        let (chat, endTokens) = try LanguageModel.chat(of: model)
        let window = try LanguageModel.configuration(of: model).maxPositionEmbeddings
        return RowEncoder(chat, endTokens: endTokens, window: window, maxLength: maxLength)
    }

    private func print(_ report: DataReport) {
        Swift.print("\(report.path): \(report.rows) rows")
        Terminal.printTable(
            report.kinds.sorted { $0.key < $1.key }.map { [$0.key, "\($0.value)"] })
        if let tokens = report.tokens {
            Swift.print(
                """
                tokens of an example: shortest \(tokens.shortest), median \(tokens.median), \
                95 % up to \(tokens.percentile95), longest \(tokens.longest)
                tokens in all: \(tokens.total), trained on: \(tokens.trained)
                """)
        }
        for (field, count) in report.ignoredFields.sorted(by: { $0.key < $1.key }) {
            Swift.print("not read: field \"\(field)\", in \(count) rows")
        }
        for problem in report.problems.prefix(Self.shown) {
            Swift.print("line \(problem.line), \(problem.kind.rawValue): \(problem.reason)")
        }
        let hidden = report.problems.count - Self.shown
        if hidden > 0 { Swift.print("and \(hidden) more problems; --json lists all") }
    }
}
