import Foundation
import KeelStatistics

/// Fits a reader: words to one set of rows, probabilities to another.
public struct ReaderTraining: Sendable {
    /// λ of the words' logistic regression; from 0.1 to 3, the calibration rows showed no difference.
    public var penalty = 0.3
    /// A wish not to be sounds like danger; it is a teacher of words, too, and counts less.
    private static let teachingLevel = RiskLevel.moderate
    private static let moderateWeight = 0.4
    /// A feature of a single row teaches that row alone.
    private static let leastRows = 2
    /// What rounds to nothing is left out of the file.
    private static let leastWeight = 0.0005

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
        let words = learnt(from: rows, ClassFeatures(try .shipped()))
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

    /// How far the words of a reader are from what rows teach: the greatest slope of the loss over the
    /// weights that it has, 0 at the one minimum; what rounding the weights leaves is below 0.1.
    /// - Throws: `GuardianError` where a file that ships is missing.
    package func slope(
        of reader: TrainedReader, on rows: [LabelledRow]
    ) throws(GuardianError) -> Double {
        let classes = ClassFeatures(try .shipped())
        var slopes = reader.words.weights.mapValues { _ in (sum: 0.0, count: 0) }
        let runs = self.runs(of: rows)
        for run in runs {
            let features = Self.features(of: run.words, classes)
            let z = features.reduce(reader.words.bias) {
                $0 + (reader.words.weights[$1.key] ?? 0) * $1.value
            }
            let slope = run.weight * (1 / (1 + exp(-z)) - (run.isPositive ? 1 : 0))
            for (name, value) in features {
                slopes[name]?.sum += slope * value
                slopes[name]?.count += 1
            }
        }
        return slopes.map { name, slope in
            let scale = Self.rarity(slope.count, of: runs.count)
            return abs(scale * slope.sum + penalty * (reader.words.weights[name] ?? 0) / scale)
        }.max() ?? 0
    }

    /// What a feature is multiplied by while words are learnt: `ln(N / n) / ln N` where `n` of `N` runs have
    /// it (Spärck Jones 1972).
    ///
    /// Rare words cost less than those that are everywhere; what is in every run teaches nothing.
    private static func rarity(_ count: Int, of runs: Int) -> Double {
        log(Double(max(2, runs)) / Double(max(1, count))) / log(Double(max(2, runs)))
    }

    /// Words in a row, and what they teach.
    private struct Run {
        var row: Int
        var words: [String]
        var isPositive: Bool
        var weight: Double
    }

    /// Danger is learnt from whole rows; of the others no run of sentences is danger.
    private func runs(of rows: [LabelledRow]) -> [Run] {
        rows.enumerated().flatMap { number, row -> [Run] in
            let stream = TokenStream(row.messages)
            guard !stream.tokens.isEmpty else { return [] }
            guard row.level < Self.teachingLevel else {
                return [
                    Run(
                        row: number, words: stream.tokens.map(\.text), isPositive: true,
                        weight: row.level == Self.teachingLevel ? Self.moderateWeight : 1)
                ]
            }
            let windows = TextWindow.all(in: stream)
            return windows.map { window in
                Run(
                    row: number, words: stream.tokens[window.tokens].map(\.text),
                    isPositive: false, weight: 1 / Double(windows.count).squareRoot())
            }
        }
    }

    static func features(
        of words: [String], _ classes: ClassFeatures
    ) -> [String: Double] {
        // No two have a name in common.
        WordFeatures.all(of: words).merging(classes.all(of: words)) { first, _ in first }
    }

    private func learnt(from rows: [LabelledRow], _ classes: ClassFeatures) -> WordReader {
        let runs = self.runs(of: rows)
        let features = runs.map { run in
            Self.features(of: run.words, classes).sorted { $0.key < $1.key }
        }
        var seen: [String: (rows: Int, runs: Int, last: Int)] = [:]
        for (run, features) in zip(runs, features) {
            for (name, _) in features {
                var count = seen[name] ?? (rows: 0, runs: 0, last: -1)
                if count.last != run.row { count.rows += 1 }
                count.runs += 1
                count.last = run.row
                seen[name] = count
            }
        }
        let names = seen.filter { $0.value.rows >= Self.leastRows }.keys.sorted()
        let numbers = Dictionary(
            zip(names, names.indices), uniquingKeysWith: { first, _ in first })
        let scales = names.map { Self.rarity(seen[$0]?.runs ?? 0, of: runs.count) }
        let table = zip(runs, features).map { run, features in
            LogisticRegression.Row(
                features: features.compactMap { name, value -> (index: Int, value: Double)? in
                    numbers[name].map { (index: $0, value: value * scales[$0]) }
                }, isPositive: run.isPositive, weight: run.weight)
        }
        let fitted = LogisticRegression(table, width: names.count, penalty: penalty)
        let weights = numbers.mapValues { fitted.weights[$0] * scales[$0] }
            .filter { abs($0.value) >= Self.leastWeight }
        return WordReader(weights: weights, bias: fitted.bias, classes: classes)
    }
}
