import KeelStatistics

/// Fits a reader: words to one set of rows, probabilities to another.
public struct ReaderTraining: Sendable {
    /// λ of the words' logistic regression; from 0.1 to 3, the calibration rows showed no difference.
    public var penalty = 0.3
    /// A wish not to be sounds like danger; it is a teacher of words, too.
    static let teachingLevel = RiskLevel.moderate

    public init() {}

    /// Fits a reader.
    /// - Parameters:
    ///   - rows: What words are learnt from.
    ///   - calibration: What probabilities and thresholds are learnt from; other rows than `rows`.
    ///   - lexicon: The rules that it will stand beside.
    /// - Returns: A reader, equal for equal rows.
    /// - Throws: `GuardianError` where a language lacks danger or look-alikes.
    public func reader(
        from rows: [LabelledRow], calibratedOn calibration: [LabelledRow],
        beside lexicon: RiskLexicon
    ) throws(GuardianError) -> TrainedReader {
        for (name, set) in [("training", rows), ("calibration", calibration)] {
            for language in Wording.Language.allCases {
                let some = set.filter { $0.language == language }
                guard some.contains(where: \.isDanger), some.contains(where: \.isLookAlike) else {
                    throw GuardianError(
                        file: "\(name) rows", place: language.rawValue,
                        reason: "both danger and look-alikes are needed. Add rows.")
                }
            }
        }
        let words = learnt(from: rows)
        let rules = RiskReader(lexicon)
        var calibrations: [Wording.Language: RiskCalibration] = [:]
        for language in Wording.Language.allCases {
            calibrations[language] = RiskCalibration(
                calibration.filter { $0.language == language }.map { row in
                    let stream = TokenStream(row.messages)
                    let scores = words.scores(of: TextWindow.all(in: stream), in: stream)
                    return RiskCalibration.Row(
                        words: scores.max() ?? words.bias,
                        level: rules.reading(of: row.messages).level, isDanger: row.isDanger,
                        isLookAlike: row.isLookAlike)
                })
        }
        return TrainedReader(words: words, calibrations: calibrations)
    }

    /// Learns words from whole rows, then once more from the run of sentences in each row of danger that
    /// sounded most like it, and from every run in the others.
    private func learnt(from rows: [LabelledRow]) -> WordReader {
        let streams = rows.map { TokenStream($0.messages) }
        let whole = streams.map { [$0.tokens.map(\.text)] }
        let first = fit(whole, rows)
        let loudest = zip(streams, rows).map { stream, row -> [[String]] in
            let windows = TextWindow.all(in: stream)
            let runs = windows.map { stream.tokens[$0.tokens].map(\.text) }
            guard row.level >= Self.teachingLevel else { return runs }
            let scores = first.scores(of: windows, in: stream)
            guard let most = scores.indices.max(by: { scores[$0] < scores[$1] }) else { return [] }
            return [runs[most]]
        }
        return fit(loudest, rows)
    }

    private func fit(_ runs: [[[String]]], _ rows: [LabelledRow]) -> WordReader {
        var numbers: [String: Int] = [:]
        var table: [LogisticRegression.Row] = []
        for (runs, row) in zip(runs, rows) {
            for run in runs where !run.isEmpty {
                let features = WordFeatures.all(of: run).sorted { $0.key < $1.key }
                table.append(
                    .init(
                        features: features.map { name, value -> (index: Int, value: Double) in
                            let number = numbers[name] ?? numbers.count
                            numbers[name] = number
                            return (number, value)
                        }, isPositive: row.level >= Self.teachingLevel,
                        weight: 1 / Double(runs.count).squareRoot()))
            }
        }
        let fitted = LogisticRegression(table, width: numbers.count, penalty: penalty)
        // What rounds to nothing is left out of the file.
        let weights = numbers.mapValues { fitted.weights[$0] }.filter { abs($0.value) >= 0.0005 }
        return WordReader(weights: weights, bias: fitted.bias)
    }
}
