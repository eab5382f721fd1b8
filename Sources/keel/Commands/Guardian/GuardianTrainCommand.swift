import ArgumentParser
import Foundation
import KeelFormats
import KeelGuardian

/// A trained reader from labelled rows.
struct GuardianTrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Fit the reader of danger to labelled rows, and its probabilities to others.",
        discussion: """
            Rows are {"id", "language", "form", "level", "messages"}, as in Tests/KeelGuardianTests/Rows. Words are learnt \
            from --rows; probabilities, and the thresholds from which danger is read as high, from --calibration. OUT gets \
            reader-words.tsv and reader.yaml, which `keel guardian measure --reader OUT` reads; the reader that ships was \
            made by this command.
            """)

    @Option(
        help: "JSON Lines to learn words from; may be given several times.", completion: .file())
    var rows: [String]

    @Option(help: "JSON Lines to learn probabilities from: other rows.", completion: .file())
    var calibration: String

    @Option(help: "The folder to write; it must not be there yet.", completion: .directory)
    var out: String

    func run() async throws {
        let output = try NewOutput(out)
        var training: [LabelledRow] = []
        for path in rows {
            var reader = try JSONLinesReader<LabelledRow>(path: path)
            training += try reader.readAll()
        }
        var reader = try JSONLinesReader<LabelledRow>(path: calibration)
        let trained = try ReaderTraining().reader(
            from: training, calibratedOn: try reader.readAll(), beside: try .shipped())
        try FileManager.default.createDirectory(
            atPath: output.path, withIntermediateDirectories: true)
        try trained.write(to: URL(filePath: output.path, directoryHint: .isDirectory))
        Terminal.note("Wrote a reader of \(training.count) rows to \(output.path).")
    }
}
