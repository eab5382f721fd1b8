import ArgumentParser
import Foundation
import KeelFormats
import KeelGuardian
import KeelLanguage
import KeelModel
import KeelStatistics
import KeelTraining

/// How well danger is read.
struct GuardianMeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Say how well danger is read in labelled rows, by language and with intervals.",
        discussion: """
            Rows are {"id", "language", "form", "level", "messages"}. Sensitivity is the share of high and imminent rows that \
            are read as such; false alarms are the share of rows of level none that are. Intervals are of 95 %. Use rows \
            that nobody who wrote rules or training rows has seen.
            """)

    @Argument(help: "JSON Lines of labelled rows.", completion: .file())
    var rows: String

    @Option(
        help: "A folder that `keel guardian train` wrote, instead of the reader that ships.",
        completion: .directory)
    var reader: String?

    @Option(
        help: """
            A probe of `keel guardian probe train`, read beside rules and reader; --model is its model.
            """, completion: .file())
    var probe: String?

    @OptionGroup var model: ModelOptions

    @Flag(help: "Read by rules alone.")
    var rulesOnly = false

    @Flag(help: "Print the rows that were missed, and those that were read as danger and are none.")
    var mistakes = false

    func run() async throws {
        var lines = try JSONLinesReader<LabelledRow>(path: rows)
        let rows = try lines.readAll()
        let trained =
            try rulesOnly
            ? nil
            : reader.map { try TrainedReader(contentsOf: URL(filePath: $0)) }
                ?? TrainedReader.shipped()
        let measure = try await self.measure(rows, RiskReader(try .shipped(), trained: trained))
        for language in Wording.Language.allCases
        where rows.contains(where: { $0.language == language }) {
            report(try measure.measure(rows, language))
        }
    }

    /// What is measured: the reader, or the reader with a probe, whose readings are made here.
    private func measure(_ rows: [LabelledRow], _ reader: RiskReader) async throws -> ReaderMeasure
    {
        guard let probe else { return ReaderMeasure(reader) }
        guard !rulesOnly, self.reader == nil else {
            throw ValidationError("--probe stands beside the reader that ships.")
        }
        let file = try RiskProbeFile(path: probe)
        let reference = try model.reference
        try file.requireModel(reference)
        let device = try model.exactDevice()
        let read = try await TrainingThread().run { _ in
            let probed = try ProbedModel(file, try LanguageModel(reference, device: device))
            return try rows.map { try probed.readings(of: $0.messages).last?.reading }
        }
        let byRow = Dictionary(zip(rows, read), uniquingKeysWith: { first, _ in first })
        return ReaderMeasure { row in (byRow[row] ?? nil) ?? RiskReading(level: .none) }
    }

    private func report(_ result: ReaderMeasure.Result) {
        print("\(result.language.rawValue), \(result.rows) rows")
        print("  high and imminent read as such  \(share(result.sensitivity))")
        print("  look-alikes read as such        \(share(result.falseAlarms))")
        if !rulesOnly {
            let range = result.calibrationError
            print(
                String(
                    format:
                        "  calibration error               %.3f (%.3f to %.3f; %.3f by chance alone)",
                    result.calibrationErrorValue, range.lowerBound, range.upperBound,
                    result.calibrationErrorByChance))
        }
        for group in result.groups {
            print("  \(group.level.name) \(group.form): \(group.read) of \(group.rows)")
        }
        guard mistakes else { return }
        for row in result.missed + result.alarmed {
            let said = row.messages.filter { $0.role == .user }.map(\.content)
            print("  \(row.id): \(said.joined(separator: " | "))")
        }
    }

    private func share(_ estimate: Estimate) -> String {
        String(
            format: "%.1f %% of %d (%.1f to %.1f)", 100 * estimate.value, estimate.observations,
            100 * estimate.interval.lowerBound, 100 * estimate.interval.upperBound)
    }
}
