import ArgumentParser
import Foundation
import KeelEvaluation

/// A run in another program's form.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a run in another program's form.",
        discussion: """
            Forms:
            \(ExportFormat.allCases.map { "\($0.rawValue): \($0.title)" }.joined(separator: "\n"))

            An earlier export of the same form is replaced; anything else that is there is left alone.
            """)

    @Argument(help: .init("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(help: "The form.")
    var format = ExportFormat.inspect

    @Option(
        name: .customLong("out"), help: "The file, or a folder in which it gets its own name.",
        completion: .file())
    var output: String

    func run() throws {
        let run = try Run(reading: URL(filePath: folder))
        print(try run.export(format, to: URL(filePath: output)).path)
    }
}
