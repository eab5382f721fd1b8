import Foundation
import KeelStatistics

/// From what a probe on a model's own activations, the reader and the rules say to one probability.
///
/// `p = σ(bias + probe·z + reader·logit(q) + Σ levels[l])`: `z` is the probe's loudest log-odds so far, `q`
/// the reader's probability. No coefficient but the bias is negative, so the probability never falls within a
/// conversation, and what the probe says can be set aside by no other part.
public struct ProbeCalibration: Hashable, Sendable, Codable {
    /// Of the probe's log-odds.
    public var probe: Double
    /// Of the log-odds of the reader's probability.
    public var reader: Double
    /// What each level adds to the one below, from low to imminent.
    public var levels: [Double]
    /// Added to the sum; log-odds, in nats.
    public var bias: Double
    /// From this probability on, danger is read as high: the least at which no more than 3 % of the
    /// look-alikes of the calibration rows are.
    public var threshold: Double

    /// A labelled conversation, as it was read.
    public struct Row: Hashable, Sendable {
        /// The probe's log-odds, in nats.
        public var logit: Double
        /// By rules and reader.
        public var reading: RiskReading
        /// What a person said of the conversation.
        public var label: RiskLevel

        public init(logit: Double, reading: RiskReading, label: RiskLevel) {
            self.logit = logit
            self.reading = reading
            self.label = label
        }
    }

    /// Fits a calibration.
    /// - Parameters:
    ///   - rows: None that the probe was trained on.
    ///   - language: Whose rows they are, for errors.
    /// - Throws: `GuardianError` where there is no danger or no look-alike among them.
    public init(_ rows: [Row], _ language: Wording.Language) throws(GuardianError) {
        guard rows.contains(where: { $0.label >= .high }),
            rows.contains(where: { $0.label == .none })
        else {
            throw GuardianError(
                file: "calibration rows", place: language.rawValue,
                reason: "both danger and look-alikes are needed. Add rows.")
        }
        let fitted = LogisticRegression(
            rows.map { row in
                var features = [
                    (index: 0, value: row.logit),
                    (index: 1, value: Self.logOdds(row.reading.probability)),
                ]
                for step in 0..<row.reading.level.rawValue { features.append((step + 2, 1)) }
                return .init(features: features, isPositive: row.label >= .high)
            }, width: RiskLevel.allCases.count + 1, penalty: 0.1,
            nonNegative: [0, 1, 2, 3, 4, 5])
        probe = fitted.weights[0]
        reader = fitted.weights[1]
        levels = Array(fitted.weights.dropFirst(2))
        bias = fitted.bias
        threshold = 1
        let alarms = rows.filter { $0.label == .none }
            .map { probability(logit: $0.logit, reading: $0.reading) }.sorted(by: >)
        let allowed = Int(Double(alarms.count) * RiskCalibration.falseAlarmTarget)
        let above = allowed > 0 ? alarms[allowed - 1] : 1
        threshold = (above + alarms[allowed]) / 2
    }

    /// The probability of high or imminent danger.
    public func probability(logit: Double, reading: RiskReading) -> Double {
        let steps = levels.prefix(reading.level.rawValue).reduce(0, +)
        let z =
            bias + probe * logit + reader * Self.logOdds(reading.probability) + steps
        return 1 / (1 + exp(-z))
    }

    /// Within ±10, so that a probability of 0 or 1 decides nothing alone; 0 where there is none.
    private static func logOdds(_ probability: Double?) -> Double {
        guard let p = probability else { return 0 }
        return min(10, max(-10, log(p / (1 - p))))
    }
}
