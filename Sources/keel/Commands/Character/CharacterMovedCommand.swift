import ArgumentParser
import Foundation
import KeelCharacter
import KeelEvaluation
import KeelReport

/// What training on a constitution moved: its traits, and everything else.
struct CharacterMovedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "moved",
        abstract: "Say what a training moved: the constitution's traits, and everything else.",
        discussion: """
            Compares two maps of one suite, paired by probe. The dimensions that a trait names in "probes" are its target: \
            it moved as wanted where a measure was found to be better and the interval for other probes like these \
            leaves out zero. What else was found to change is a drift. P-values of the targets are adjusted over the \
            targets, those of all else over all else. With --data, \
            each principle's part in the rows is shown beside, and which models made them.
            """)

    @Argument(
        help: "A YAML file, or a constitution that ships with Keel.", completion: .constitution)
    var constitution: String

    @Option(help: "The run before the training.", completion: .directory)
    var before: String

    @Option(help: "The run after it.", completion: .directory)
    var after: String

    @Option(
        help: "The rows it was trained on, as keel character data made them.", completion: .file())
    var data: String?

    @Option(help: "Also write a report to this HTML file.", completion: .file())
    var report: String?

    @Flag(help: "Print results as JSON.")
    var json = false

    func run() async throws {
        let summary = try data.map {
            PreferenceSummary(try PreferenceRecord.read($0), features: TextFeature.inspected)
        }
        let runs = (
            before: try Run(reading: URL(filePath: before)),
            after: try Run(reading: URL(filePath: after))
        )
        let named = try Constitution.named(constitution)
        var moved = Moved(
            named,
            try Comparison(of: runs.before, with: runs.after, targets: named.targets),
            data: summary)
        moved.models = [
            "Before: \(runs.before.config.model).", "After: \(runs.after.config.model).",
        ]
        moved.models += RowMakers.sentences(data.map { [$0] } ?? [])
        if let report { try moved.page().write(to: report) }
        if json { return try Terminal.printJSON(moved) }
        moved.print()
        if let report { print("\nReport: \(report)") }
    }
}
