import ArgumentParser
import Foundation
import KeelFormats
import KeelInterpretability
import KeelModel
import KeelTraining

/// Which rows would move a model along a direction.
struct DataScreenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "screen",
        abstract: "Say of each training row how far it would move a model along a direction.",
        discussion: """
            Of each row's answer, the mean projection of the residual stream is compared with that at the last token of \
            the prompt, where the model is about to answer by itself; nothing is generated. OUT gets {"file", "line", \
            "tokens", "answer", "prompt", "difference"}, the last three a number for each direction, in median lengths \
            of the stream. The rows that would move the model furthest are printed.
            """)

    @Argument(help: "JSON Lines of chats, or of prompts and completions.", completion: .file())
    var files: [String]

    @Option(
        help: "FILE or FILE@LAYER: a control vector; may be given several times.",
        completion: .file())
    var direction: [String]

    @OptionGroup var model: ModelOptions

    @Option(help: "JSON Lines to write.", completion: .file())
    var out: String?

    @Option(help: "Rows to print for each direction and end.")
    var top = 10

    @Option(help: "The most tokens of a row that are read.")
    var window = 1024

    func validate() throws {
        guard !direction.isEmpty, top >= 0 else {
            throw ValidationError("At least one --direction is needed, and --top is at least 0.")
        }
    }

    private struct Summary: Encodable {
        var rows: Int
        var withoutAnswer: Int
        var mean: [String: Double]
    }

    func run() async throws {
        let output = try out.map { try NewOutput($0).path }
        let device = try model.exactDevice()
        let reference = try model.reference
        let (rows, without) = try await untilInterrupted("Stopped.") {
            [files, direction, window] in
            try await TrainingThread().run { _ in
                let steering = try direction.map { try DirectionArgument.load($0) }
                let language = try LanguageModel(reference, device: device)
                let screen = try DataScreen(language, directions: steering)
                let limit = language.model.configuration.maxPositionEmbeddings
                let line = ProgressLine("screen")
                var rows: [DataScreen.Row] = []
                let without = try screen.screen(files, window: min(window, limit)) { row in
                    try Task.checkCancellation()
                    rows.append(row)
                    line.update(
                        done: rows.count, total: rows.count + 1, rate: "\(row.file)",
                        remaining: nil)
                }
                line.finish()
                return (rows, without)
            }
        }
        if let output {
            try JSONLinesFile.write(to: output) { write in for row in rows { try write(row) } }
        }
        let means = direction.indices.map { index in
            rows.reduce(0) { $0 + $1.difference[index] } / Double(max(1, rows.count))
        }
        if model.json {
            return try Terminal.printJSON(
                Summary(
                    rows: rows.count, withoutAnswer: without,
                    mean: Dictionary(zip(direction, means)) { first, _ in first }))
        }
        for (index, name) in direction.enumerated() {
            let sorted = rows.sorted { $0.difference[index] > $1.difference[index] }
            print(
                String(
                    format: "%@: %d rows, mean difference %+.4f", name, rows.count, means[index]))
            let shown = sorted.prefix(top) + sorted.dropFirst(top).suffix(top)
            Terminal.printTable(
                [["row", "difference", "answer", "prompt"]]
                    + shown.map { row in
                        ["\(row.file):\(row.line)"]
                            + [row.difference, row.answer, row.prompt].map {
                                String(format: "%+.4f", $0[index])
                            }
                    })
        }
        if without > 0 { Terminal.note("\(without) rows have no answer and were passed over.") }
    }
}
