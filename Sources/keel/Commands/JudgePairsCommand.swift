import ArgumentParser
import Foundation
import KeelEvaluation

/// A judge's preferences between the answers of two runs.
struct JudgePairsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pairs",
        abstract: "Ask which of two runs' answers to the same probe show a behaviour more.",
        discussion: """
            Each pair is asked in both orders, and counts only if both give the same answer. Writes judge.json, \
            judgements.jsonl and preferences.json. Stopped at any moment, the same command goes on where it stood.
            """)

    @Argument(help: "The run before.", completion: .directory)
    var baseline: String

    @Argument(help: "The run after.", completion: .directory)
    var candidate: String

    @Option(help: "The id of a rubric of the suite.")
    var rubric: String

    @OptionGroup var judge: JudgeOptions

    @Option(name: .customLong("out"), help: "Where the votes go.", completion: .directory)
    var folder: String

    func run() async throws {
        let source = try await judge.source()
        let baseline = try Run(reading: URL(filePath: baseline))
        let candidate = try Run(reading: URL(filePath: candidate))
        let pairs = try PairJudging(
            baseline, against: candidate, rubric: rubric,
            by: try judge.config(source, rubrics: [try baseline.suite.requireRubric(rubric)]),
            in: URL(filePath: folder))
        let failures = try await judge.collect(from: source, into: folder) {
            model, concurrency, progress in
            try await pairs.collect(
                from: model, concurrency: concurrency, progress: progress)
        }
        let preferences = try pairs.preferences()
        if judge.json {
            try Terminal.printJSON(preferences)
        } else {
            print(Self.text(preferences))
        }
        if !failures.isEmpty { throw ExitCode(2) }
    }

    private static func text(_ found: Preferences) -> String {
        let decided = found.baselinePreferred + found.candidatePreferred
        let missing = found.missing.values.reduce(0, +)
        var lines = [
            "\(found.pairs) pairs by the rubric \"\(found.rubric.id)\": \(decided) decided, "
                + "\(found.equal) equal, \(found.identical) of the same words, \(missing) missing"
                + JudgedSummary.reasons(found.missing) + ".",
            "The run before is preferred in \(found.baselinePreferred), the run after in "
                + "\(found.candidatePreferred).",
        ]
        if let share = found.baselineShare {
            lines.append("Share of the run before: \(JudgedSummary.text(share)); 0.5 is none.")
        }
        if let share = found.firstPlaceShare {
            let bias =
                share.interval.contains(0.5)
                ? "no bias by position is shown" : "the judge is biased by position"
            lines.append("Picks of the answer shown first: \(JudgedSummary.text(share)); \(bias).")
        }
        return lines.joined(separator: "\n")
    }
}
