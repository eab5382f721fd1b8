public import Foundation

/// Reads danger from words that no rule foresaw, with a probability that was calibrated.
///
/// A linear model over words and parts of words, fitted to rows that people wrote, and a calibration for
/// each language. It reads every run of whole sentences by itself, so nothing that stands before or behind
/// a sentence dilutes it, and a sentence that was sent in two messages is among the runs.
public struct TrainedReader: Sendable {
    let words: WordReader
    let calibrations: [Wording.Language: RiskCalibration]

    /// The reader that ships with Keel.
    /// - Throws: `GuardianError`.
    public static func shipped() throws(GuardianError) -> TrainedReader { try resource.get() }

    /// Read once: it is a file of tens of thousands of lines.
    private static let resource = Result { () throws(GuardianError) -> TrainedReader in
        try TrainedReader(
            words: WordReader(
                GuardianFile.shippedText("reader-words", "tsv"), file: "reader-words.tsv"),
            byName: GuardianFile.shipped("reader"))
    }

    /// Reads a reader from the folder that `write(to:)` wrote.
    /// - Throws: `GuardianError`.
    public init(contentsOf folder: URL) throws(GuardianError) {
        let words = folder.appending(path: "reader-words.tsv")
        let calibrations = folder.appending(path: "reader.yaml")
        try self.init(
            words: WordReader(GuardianFile.text(of: words), file: words.path),
            byName: GuardianFile.decode(
                GuardianFile.text(of: calibrations), file: calibrations.path))
    }

    private init(
        words: WordReader, byName calibrations: [String: RiskCalibration]
    ) throws(GuardianError) {
        self.words = words
        var known: [Wording.Language: RiskCalibration] = [:]
        for language in Wording.Language.allCases {
            guard let calibration = calibrations[language.rawValue],
                calibration.levels.count == RiskLevel.allCases.count - 1
            else {
                throw GuardianError(
                    file: "reader.yaml", place: language.rawValue,
                    reason: "a calibration with four levels is missing. Train the reader anew.")
            }
            known[language] = calibration
        }
        self.calibrations = known
    }

    init(words: WordReader, calibrations: [Wording.Language: RiskCalibration]) {
        self.words = words
        self.calibrations = calibrations
    }

    /// What the reader sees of a text as one run of words: features with their values.
    /// - Throws: `GuardianError` where a file that ships is missing.
    package static func features(of text: String) throws(GuardianError) -> [String: Double] {
        ReaderTraining.features(
            of: TokenStream(text).tokens.map(\.text), ClassFeatures(try .shipped()))
    }

    /// Writes the files of a reader into a folder that is there.
    /// - Throws: What `Foundation` throws.
    public func write(to folder: URL) throws {
        try Data(words.text.utf8).write(to: folder.appending(path: "reader-words.tsv"))
        let digits = WordReader.digits
        let text = Wording.Language.allCases.compactMap { language in
            calibrations[language].map {
                "\(language.rawValue): {words: \(digits($0.words)), levels: [\($0.levels.map(digits).joined(separator: ", "))], bias: \(digits($0.bias)), threshold: \(digits($0.threshold))}\n"
            }
        }
        let head = "# Written by `keel guardian train`; docs/guardian.md says from which rows.\n"
        try Data((head + text.joined()).utf8).write(to: folder.appending(path: "reader.yaml"))
    }
}
