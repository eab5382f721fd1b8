import ArgumentParser
import Foundation
import KeelCharacter
import KeelFormats
import KeelLanguage
import KeelReport
import KeelTraining

/// What rows of preferences teach, before anyone trains on them.
struct DataInspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract:
            "Say which fine-grained preferences are hidden in rows of chosen and rejected answers.",
        discussion: """
            Length, lists, openings, hedges, apologies, exclamation marks, agreement with the asker and more: what \
            chosen has more of than rejected is weighed into the odds of being chosen, each feature alone and beside \
            all others. Tests flip the signs of prompts' contributions and are adjusted over all features in both ways \
            by Holm's method. The rows that carry a preference most are named. Only words are looked at, not meanings.
            """)

    @Argument(help: "JSON Lines files of preferences.")
    var files: [String]

    @Option(help: "Rows to name for each preference.")
    var top = 5

    @Option(help: "Assignments of signs that are drawn for a test.")
    var resamples = 10_000

    @Option(help: "Seed of what is drawn.")
    var seed: UInt64 = 0

    @Option(help: "Also write a report to this HTML file.")
    var report: String?

    @Flag(help: "Print results as JSON.")
    var json = false

    func validate() throws {
        guard top >= 0, (1_000...1_000_000).contains(resamples) else {
            throw ValidationError(
                "--top must be at least 0, and --resamples from 1,000 to 1,000,000.")
        }
    }

    func run() async throws {
        let pairs = try files.flatMap { try Self.pairs(in: $0) }
        guard Set(pairs.map(\.prompt)).count > 1 else {
            throw ValidationError(
                "Errors are estimated from the spread between prompts, and the rows have not two.")
        }
        let inspection = try await untilInterrupted("Stopped.") { [top, resamples, seed] in
            let line = ProgressLine("inspect")
            let inspection = try PreferenceInspection(
                pairs, features: TextFeature.inspected, carriers: top, resamples: resamples,
                seed: seed
            ) { line.update(done: $0, total: $1, rate: "features", remaining: nil) }
            line.finish()
            return inspection
        }
        if let report { try InspectionReport(inspection, pairs: pairs).page().write(to: report) }
        if json { return try Terminal.printJSON(inspection) }
        inspection.print()
        if let report { print("Report: \(report)") }
    }

    /// The rows of a file with their places.
    /// - Throws: `JSONLinesError` for a row that can't be read; `FileError`.
    private static func pairs(in path: String) throws -> [KeelCharacter.PreferencePair] {
        var reader = try JSONLinesReader<PreferenceRow>(path: path)
        var pairs: [KeelCharacter.PreferencePair] = []
        while let row = try reader.next() {
            pairs.append(
                .init(
                    place: "\(path):\(reader.line)", prompt: row.prompt.plainText,
                    chosen: row.chosen.plainText, rejected: row.rejected.plainText,
                    probability: row.probability))
        }
        return pairs
    }
}

extension TextOrMessages {
    /// The text, or the contents of all messages below each other.
    fileprivate var plainText: String {
        switch self {
        case .text(let text): text
        case .messages(let messages): messages.map(\.content).joined(separator: "\n\n")
        }
    }
}

extension PreferenceInspection {
    fileprivate func print() {
        Swift.print(
            "\(rows) rows, \(prompts) prompts. Log-odds are for a typical difference; intervals of 95 %, "
                + "clustered by prompt.\n")
        Terminal.printTable(
            [["feature", "chosen has more", "rejected", "alone", "beside the others", "p", ""]]
                + features.filter { $0.verdict != .notSeen }.map { feature in
                    [
                        feature.title, "\(feature.chosenHasMore)", "\(feature.rejectedHasMore)",
                        feature.alone?.text ?? "", feature.beside?.text ?? "",
                        String(format: "%.4f", feature.smallestAdjusted),
                        feature.verdict == .notFound ? "" : feature.verdict.word,
                    ]
                })
        let unseen = features.filter { $0.verdict == .notSeen }
        if !unseen.isEmpty {
            Swift.print("\nNot seen: \(unseen.map(\.title).joined(separator: ", ")).")
        }
        if found.isEmpty {
            Swift.print("\nNo preference was found.")
        }
        for feature in found {
            let places = feature.carriers.map {
                "\($0.place) (\(String(format: "%+.1f", $0.difference)))"
            }
            Swift.print(
                "\n\(feature.title), \(feature.verdict.word): \(places.joined(separator: ", "))")
        }
    }
}

extension PreferenceInspection.Effect {
    /// Such as `+0.42 (+0.31 to +0.53)`.
    var text: String {
        String(format: "%+.2f (%+.2f to %+.2f)", logOdds.value, logOdds.low, logOdds.high)
    }
}

extension PreferenceInspection.Feature {
    /// The smaller of the two adjusted p-values.
    var smallestAdjusted: Double {
        [alone, beside].compactMap { $0?.adjusted }.min() ?? 1
    }
}

extension PreferenceInspection.Verdict {
    var word: String {
        switch self {
        case .preferred: "preferred"
        case .avoided: "avoided"
        case .shared: "goes with others"
        case .notFound: "not found"
        case .notSeen: "not seen"
        }
    }
}
