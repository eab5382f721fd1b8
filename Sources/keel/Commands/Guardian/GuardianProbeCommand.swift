import ArgumentParser
import Foundation
import KeelFormats
import KeelGuardian
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelTraining

/// Probes of risk on a model's own activations.
struct GuardianProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Train a probe of danger on a model's own activations.",
        subcommands: [GuardianProbeTrainCommand.self])
}

/// A probe from labelled rows.
struct GuardianProbeTrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Fit a probe to labelled rows, and its probabilities to others.",
        discussion: """
            Rows are {"id", "language", "form", "level", "messages"}. The probe is a logistic regression on the residual \
            stream of the prompt's last token at one layer; moderate and above is what it looks for. Its probability \
            together with rules and reader is fitted to --calibration: rows that no part of the reader has learnt from. \
            OUT is a JSON file for keel guardian assess --probe and keel guardian measure --probe; it fits this model \
            alone. How well it reads, only rows say that none of these are: use measure.
            """)

    @OptionGroup var model: ModelOptions

    @Option(help: "JSON Lines to train on; may be given several times.", completion: .file())
    var data: [String]

    @Option(help: "JSON Lines to learn probabilities from: other rows.", completion: .file())
    var calibration: String

    @Option(help: "The block whose output is read, from 0 (default: three fifths of the way up).")
    var layer: Int?

    @Option(help: "How much weights cost.")
    var penalty = 10.0

    @Option(help: "The JSON file to write; it must not be there yet.", completion: .file())
    var out: String

    func validate() throws {
        guard penalty > 0, penalty.isFinite else {
            throw ValidationError("--penalty must be above 0.")
        }
    }

    func run() async throws {
        let output = try NewOutput(out).path
        let training = try data.flatMap { try Self.rows($0) }
        let others = try Self.rows(calibration)
        let reference = try model.reference
        let device = try model.exactDevice()
        let identity = try LanguageModel.identity(of: reference)
        let line = ProgressLine("probe")
        let file = try await untilInterrupted("Stopped; nothing was written.") {
            [layer, penalty] in
            try await TrainingThread().run { _ in
                let language = try LanguageModel(reference, device: device)
                let layers = language.model.configuration.numHiddenLayers
                let place = layer ?? layers * 3 / 5
                let prompts = try training.map { try language.encode(.messages($0.messages)) }
                let streams = try ActivationProbe.streams(
                    language, prompts: prompts, layer: place
                ) {
                    line.update(
                        done: $0, total: prompts.count, rate: "rows read", remaining: nil)
                }
                let probe = try ActivationProbe(
                    streams, labels: training.map { $0.level >= .moderate }, layer: place,
                    penalty: penalty)
                return RiskProbeFile(
                    model: reference.description, identity: identity, probe: probe,
                    calibrations: try Self.calibrations(others, probe, language),
                    rows: training.count, calibrationRows: others.count)
            }
        }
        line.finish()
        try file.write(to: output)
        Terminal.note(
            "Wrote a probe of \(file.rows) rows at layer \(file.probe.layer) to \(output).")
    }

    private static func rows(_ path: String) throws -> [LabelledRow] {
        var reader = try JSONLinesReader<LabelledRow>(path: path)
        return try reader.readAll()
    }

    /// One for each language that has rows.
    private static func calibrations(
        _ rows: [LabelledRow], _ probe: ActivationProbe, _ language: LanguageModel
    ) throws -> [String: ProbeCalibration] {
        let reader = try RiskReader.shipped()
        var calibrations: [String: ProbeCalibration] = [:]
        for spoken in Wording.Language.allCases {
            let own = rows.filter { $0.language == spoken }
            guard !own.isEmpty else { continue }
            calibrations[spoken.rawValue] = try ProbeCalibration(
                own.compactMap { row in
                    try ProbedModel.logits(of: row.messages, probe, language).max().map {
                        ProbeCalibration.Row(
                            logit: $0, reading: reader.reading(of: row.messages),
                            label: row.level)
                    }
                }, spoken)
        }
        guard !calibrations.isEmpty else {
            throw ValidationError("There are no rows to learn probabilities from.")
        }
        return calibrations
    }
}
