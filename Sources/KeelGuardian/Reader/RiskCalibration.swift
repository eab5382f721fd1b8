import Foundation
import KeelStatistics

/// From what was read to a probability, for one language.
///
/// `p = σ(bias + words·w + Σ levels[l])`: `w` is the log-odds of the loudest run of words, and the sum is
/// over the levels that the rules have reached. No coefficient but the bias is negative, so that the
/// probability never falls when something is added.
struct RiskCalibration: Hashable, Sendable, Codable {
    /// Of the word reader's log-odds.
    var words: Double
    /// What each level by rules adds to the one below, from low to imminent.
    var levels: [Double]
    var bias: Double
    /// From this probability on, danger is read as high: the least at which no more than 3 % of the
    /// look-alikes of the calibration rows are.
    var threshold: Double

    func probability(words score: Double, level: RiskLevel) -> Double {
        let steps = levels.prefix(level.rawValue).reduce(0, +)
        return 1 / (1 + exp(-(bias + words * score + steps)))
    }
}

extension RiskCalibration {
    /// A labelled reading.
    struct Row {
        var words: Double
        var level: RiskLevel
        /// Whether people said high or imminent.
        var isDanger: Bool
        /// Whether people said that there is no danger at all.
        var isLookAlike: Bool
    }

    /// The share of look-alikes that may be read as danger.
    static let falseAlarmTarget = 0.03

    /// Fits a calibration to labelled readings, at least one of each kind.
    init(_ rows: [Row]) {
        let fitted = LogisticRegression(
            rows.map { row in
                var features = [(index: 0, value: row.words)]
                for step in 0..<row.level.rawValue { features.append((step + 1, 1)) }
                return .init(features: features, isPositive: row.isDanger)
            }, width: RiskLevel.allCases.count, penalty: 0.1, nonNegative: [0, 1, 2, 3, 4])
        words = fitted.weights[0]
        levels = Array(fitted.weights.dropFirst())
        bias = fitted.bias
        threshold = 1
        let alarms = rows.filter(\.isLookAlike)
            .map { probability(words: $0.words, level: $0.level) }.sorted(by: >)
        // Between the last look-alike that is let pass and the one that is not.
        let allowed = Int(Double(alarms.count) * Self.falseAlarmTarget)
        let above = allowed > 0 ? alarms[allowed - 1] : 1
        threshold = alarms.indices.contains(allowed) ? (above + alarms[allowed]) / 2 : 0.5
    }
}
