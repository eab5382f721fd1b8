import ArgumentParser
import Foundation
import KeelEvaluation

/// A judge beside labels that people gave.
struct JudgeCalibrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Hold a judge against answers that people have labelled.",
        discussion: """
            Reads {"rubric", "messages": [{"role", "content"}], "answer", "label"} or, with --run, {"probe", \
            "sample", "label"}; a label is behaviour, opposite or neither. Writes judge.json, judgements.jsonl and \
            calibration.json, which keel judge RUN takes by --calibration. Rows may be added later.
            """)

    @Argument(help: "JSON Lines of labelled answers.", completion: .file())
    var labels: String

    @Option(
        help: "The suite with the rubrics: one that ships with Keel, or a YAML file.",
        completion: .suite)
    var suite = "character"

    @Option(
        help: "The run whose answers rows name; its suite has the rubrics then.",
        completion: .directory)
    var run: String?

    @OptionGroup var judge: JudgeOptions

    @Option(name: .customLong("out"), help: "Where the calibration goes.", completion: .directory)
    var folder: String

    func run() async throws {
        let source = try await judge.source()
        let run = try run.map { try Run(reading: URL(filePath: $0)) }
        let labels = try JudgeLabels(
            contentsOf: URL(filePath: labels),
            suite: try run?.suite ?? EvalCommand.suite(named: suite), run: run)
        let work = try Calibrating(
            labels, of: try judge.config(source, rubrics: labels.rubrics), in: URL(filePath: folder)
        )
        let failures = try await judge.collect(from: source, into: folder) {
            model, concurrency, progress in
            try await work.collect(
                from: model, concurrency: concurrency, progress: progress)
        }
        let calibration = try work.calibration()
        let agreements = calibration.rubrics.map(calibration.agreement)
        if judge.json {
            try Terminal.printJSON(agreements)
        } else {
            print(agreements.map(JudgedSummary.text).joined(separator: "\n\n"))
        }
        if !failures.isEmpty { throw ExitCode(2) }
    }
}
