public import ArgumentParser
public import KeelTraining

/// Training rows in the forms of other programs.
struct DataConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Write training rows in the form of another program.",
        discussion: """
            Rows must be of one kind. A row that the form has no place for is an error with its line; nothing is \
            written then. trl, openrlhf and openai are one file; llama-factory is a folder with dataset_info.json; \
            mlx-lm is a folder with train.jsonl, and with valid.jsonl and test.jsonl where shares are given. Rows \
            of one prompt stay together.
            """)

    @Argument(help: "A JSON Lines file.", completion: .file())
    var file: String

    @Option(help: "Whose form: \(DataFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var to: DataFormat

    @Option(help: "The file or folder to write; it must not exist.", completion: .file())
    var out: String

    @Option(help: "mlx-lm: the share of the rows for valid.jsonl, such as 0.1.")
    var valid: Double?

    @Option(help: "mlx-lm: the share of the rows for test.jsonl.")
    var test: Double?

    @Option(help: "mlx-lm: decides which rows these are.")
    var seed: UInt64 = 0

    @OptionGroup var evaluation: EvaluationOptions

    @Flag(help: "Print results as JSON.")
    var json = false

    func run() throws {
        let output = try NewOutput(out)
        let split =
            valid == nil && test == nil
            ? nil : try DataSplit(valid: valid ?? 0, test: test ?? 0, seed: seed)
        let summary = try DataConversion(
            to: to, evaluation: evaluation.evaluationText(), split: split
        ).convert(file, to: output.path)
        for (field, count) in summary.ignoredFields.sorted(by: { $0.key < $1.key }) {
            Terminal.note("Left out: field \"\(field)\", in \(count) rows.")
        }
        if json { return try Terminal.printJSON(summary) }
        Terminal.printTable(
            summary.rows.sorted { $0.key < $1.key }.map { [$0.key, "\($0.value) rows"] })
    }
}

extension DataFormat: ExpressibleByArgument {}
