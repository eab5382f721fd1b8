import ArgumentParser
import Foundation
import KeelCharacter
import KeelFormats
import KeelInterpretability
import KeelLanguage
import KeelModel
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
            by Holm's method. The rows that carry a preference most are named. Words are looked at, not meanings; with \
            --direction, also how much further chosen answers lie along a direction of character inside a model.
            """)

    @Argument(help: "JSON Lines files of preferences.", completion: .file())
    var files: [String]

    @Option(help: "Rows to name for each preference.")
    var top = 5

    @Option(help: "Assignments of signs that are drawn for a test.")
    var resamples = 10_000

    @Option(
        help: """
            FILE or FILE@LAYER: a control vector, as keel direction find writes it, along which --model reads chosen and \
            rejected answers; may be given several times.
            """, completion: .file())
    var direction: [String] = []

    @Option(help: "The most tokens of a prompt and its answer that are read along directions.")
    var window = 1024

    @OptionGroup var model: ModelOptions

    @Option(help: "Also write a report to this HTML file.", completion: .file())
    var report: String?

    func validate() throws {
        guard top >= 0, (1_000...1_000_000).contains(resamples) else {
            throw ValidationError(
                "--top must be at least 0, and --resamples from 1,000 to 1,000,000.")
        }
    }

    func run() async throws {
        let rows = try files.flatMap { try Self.rows(in: $0) }
        let pairs = rows.map(\.pair)
        guard Set(pairs.map(\.prompt)).count > 1 else {
            throw ValidationError(
                "Errors are estimated from the spread between prompts, and the rows have not two.")
        }
        let measured = try await projections(rows)
        let inspection = try await untilInterrupted("Stopped.") {
            [top, resamples, seed = model.seed] in
            let line = ProgressLine("inspect")
            let inspection = try PreferenceInspection(
                pairs, features: TextFeature.inspected, measured: measured, carriers: top,
                resamples: resamples, seed: seed
            ) { line.update(done: $0, total: $1, rate: "features", remaining: nil) }
            line.finish()
            return inspection
        }
        let makers = try RowMakers.sentences(files) + readers()
        if let report {
            try InspectionReport(inspection, pairs: pairs, makers: makers).page().write(to: report)
        }
        if model.json { return try Terminal.printJSON(inspection) }
        inspection.print()
        print("")
        for line in makers { print(line) }
        if let report { print("Report: \(report)") }
    }

    /// The rows of a file with their places.
    /// - Throws: `JSONLinesError` for a row that can't be read; `FileError`.
    private static func rows(in path: String) throws -> [InspectedRow] {
        var reader = try JSONLinesReader<PreferenceRow>(path: path)
        var rows: [InspectedRow] = []
        while let row = try reader.next() {
            let pair = KeelCharacter.PreferencePair(
                place: "\(path):\(reader.line)", prompt: row.prompt.plainText,
                chosen: row.chosen.plainText, rejected: row.rejected.plainText,
                probability: row.probability)
            let prompt: Prompt =
                switch row.prompt {
                case .text(let text): .text(text)
                case .messages(let messages): .messages(messages)
                }
            rows.append(InspectedRow(pair: pair, prompt: prompt))
        }
        return rows
    }

    /// How much further chosen answers lie along each direction than rejected ones.
    private func projections(_ rows: [InspectedRow]) async throws -> [MeasuredFeature] {
        if direction.isEmpty { return [] }
        let device = try model.exactDevice()
        let reference = try model.reference
        let differences = try await untilInterrupted("Stopped.") { [direction, window] in
            try await TrainingThread().run { _ in
                let steering = try direction.map { try DirectionArgument.load($0) }
                let language = try LanguageModel(reference, device: device)
                let screen = try DataScreen(language, directions: steering)
                let line = ProgressLine("read")
                let limit = language.model.configuration.maxPositionEmbeddings
                let found = try screen.differences(
                    of: rows.map { ($0.prompt, $0.pair.chosen, $0.pair.rejected) },
                    window: min(window, limit)
                ) { line.update(done: $0, total: rows.count, rate: "rows", remaining: nil) }
                line.finish()
                return found
            }
        }
        for (row, difference) in zip(rows, differences) where difference == nil {
            throw ValidationError(
                "\(row.pair.place): nothing of an answer is within \(window) tokens, so it can't be read "
                    + "along a direction. Raise --window, or leave the row out.")
        }
        return direction.enumerated().map { number, name in
            MeasuredFeature(
                id: "direction-\(number + 1)", title: "projection on \(name)",
                differences: differences.map { $0?[number] ?? 0 })
        }
    }

    /// Which model read the answers along directions, in a sentence.
    private func readers() throws -> [String] {
        if direction.isEmpty { return [] }
        let reference = try model.reference
        return ["Read along directions by \(reference.description)."]
    }
}

/// A row as text, and its prompt as a model reads it.
private struct InspectedRow: Sendable {
    var pair: KeelCharacter.PreferencePair
    var prompt: Prompt
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
