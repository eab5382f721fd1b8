import ArgumentParser
import Foundation
import KeelGuardian
import KeelInterpretability
import KeelLanguage
import KeelModel

/// A probe of risk as it is kept: JSON with the probe, what it was trained on, and how it is calibrated.
struct RiskProbeFile: Codable, Sendable {
    var format = RiskProbeFile.known
    /// The reference of the model it was trained on, and the hashes of that model's files.
    var model: String
    var identity: [String: String]
    var probe: ActivationProbe
    /// By language, `en` and `zh`.
    var calibrations: [String: ProbeCalibration]
    /// How many rows it was trained and calibrated on.
    var rows: Int
    var calibrationRows: Int

    static let known = "keel-risk-probe-1"

    init(
        model: String, identity: [String: String], probe: ActivationProbe,
        calibrations: [String: ProbeCalibration], rows: Int, calibrationRows: Int
    ) {
        self.model = model
        self.identity = identity
        self.probe = probe
        self.calibrations = calibrations
        self.rows = rows
        self.calibrationRows = calibrationRows
    }

    /// - Throws: `ValidationError` for a file that can't be read or is no probe.
    init(path: String) throws {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw ValidationError("\(path) can't be read: \(error.localizedDescription)")
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch {
            throw ValidationError(
                "\(path) is no probe. Make one by keel guardian probe train. (\(error))")
        }
        let levels = RiskLevel.allCases.count - 1
        guard format == Self.known, calibrations.values.allSatisfy({ $0.levels.count == levels })
        else { throw ValidationError("\(path) is a probe of another version. Train it anew.") }
    }

    /// - Throws: `ValidationError` where other weights are to be read than it was trained on.
    func requireModel(_ reference: ModelReference) throws {
        guard try LanguageModel.identity(of: reference) == identity else {
            throw ValidationError(
                "The probe was trained on \(model), whose files differ from those of \(reference). Train one "
                    + "on this model.")
        }
    }

    /// What puts the probe beside rules and reader.
    func reader() throws -> ProbedReader {
        var known: [Wording.Language: ProbeCalibration] = [:]
        for (name, calibration) in calibrations {
            if let language = Wording.Language(rawValue: name) { known[language] = calibration }
        }
        return ProbedReader(try .shipped(), calibrations: known)
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: URL(filePath: path), options: .atomic)
    }
}

/// A loaded model with a probe on it; stays on the thread on which it was made.
struct ProbedModel {
    private let language: LanguageModel
    private let probe: ActivationProbe
    private let reader: ProbedReader

    init(_ file: RiskProbeFile, _ language: LanguageModel) throws {
        try file.probe.validate(for: language)
        self.language = language
        probe = file.probe
        reader = try file.reader()
    }

    /// The reading after each message of the person.
    func readings(of messages: [Message]) throws -> [(message: Int, reading: RiskReading)] {
        let logits = try Self.logits(of: messages, probe, language)
        return reader.readings(of: messages, logits: logits)
    }

    /// The probe's log-odds after each message of the person.
    static func logits(
        of messages: [Message], _ probe: ActivationProbe, _ language: LanguageModel
    ) throws -> [Double] {
        let ends = messages.indices.filter { messages[$0].role == .user }
        let prompts = try ends.map { try language.encode(.messages(Array(messages[...$0]))) }
        return try ActivationProbe.streams(language, prompts: prompts, layer: probe.layer)
            .map { probe.logit(of: $0) }
    }
}
