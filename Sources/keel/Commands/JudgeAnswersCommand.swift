import ArgumentParser
import Foundation
import KeelEvaluation
import KeelReport

/// A judge's verdicts on the answers of a run.
struct JudgeAnswersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answers", abstract: "Judge a run's answers.",
        discussion: """
            Adds judge.json and judgements.jsonl to the run's folder and writes its metrics.jsonl and report.html \
            anew. Stopped at any moment, the same command goes on where it stood. Ends with status 2 when the \
            judge did not give all votes; the same command asks for the missing ones again.
            """)

    @Argument(help: "The run's folder.", completion: .directory)
    var run: String

    @OptionGroup var judge: JudgeOptions

    @Option(
        help: "A folder of keel judge calibrate: also gives rates without the judge's errors.",
        completion: .directory)
    var calibration: String?

    func run() async throws {
        let source = try await judge.source()
        let run = try Run(reading: URL(filePath: run))
        let judging = try Judging(
            run, by: try judge.config(source, rubrics: run.rubrics),
            calibration: try calibration.map { try JudgeCalibration(reading: URL(filePath: $0)) })
        let failures = try await judge.collect(from: source, into: run.folder.path) {
            model, concurrency, progress in
            try await judging.collect(
                from: model, concurrency: concurrency, progress: progress)
        }
        let map = try run.map()
        try run.save(map)
        let report = run.folder.appending(path: "report.html")
        try MapReport(run: run, map: map, records: try run.records(), failures: [])
            .page().write(to: report.path)
        if judge.json {
            try Terminal.printJSON(map)
        } else {
            JudgedSummary(map: map).print()
            print("\nReport: \(report.path)")
        }
        if !failures.isEmpty { throw ExitCode(2) }
    }
}
