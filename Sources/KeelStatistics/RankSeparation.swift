import Foundation

/// How well scores tell two kinds of cases apart: the area under the receiver's curve.
///
/// The area is the probability that a case of the first kind has the higher score than one of the
/// second, ties counting half. Its error is that of DeLong, DeLong and Clarke-Pearson 1988, and the
/// interval is taken on the log-odds of the area, so that it stays between 0 and 1.
public struct RankSeparation: Hashable, Sendable {
    /// The area; 0.5 is chance.
    ///
    /// Where the scores separate the cases perfectly or leave none in order, the error vanishes. Then
    /// the interval is that of so many pairs as the smaller kind has cases, all in one order.
    public let area: Estimate
    /// Of each case of the first kind, the share of the second that it outranks.
    public let positivePlacements: [Double]
    /// Of each case of the second kind, the share of the first that outranks it.
    public let negativePlacements: [Double]

    /// - Parameters:
    ///   - positives: Scores of the first kind.
    ///   - negatives: Scores of the second kind.
    ///   - level: The level of the interval.
    /// - Throws: `StatisticsError.tooFewClusters` with fewer than two of either kind; `.notFinite`;
    ///   `.outOfRange` for the level.
    public init(
        positives: [Double], negatives: [Double], level: Double = 0.95
    ) throws(StatisticsError) {
        for scores in [positives, negatives] where scores.count < 2 {
            throw .tooFewClusters(count: scores.count)
        }
        try requireFinite(positives, "score of the first kind")
        try requireFinite(negatives, "score of the second kind")
        try requireFraction(level, "confidence level")
        func wins(_ one: Double, _ other: Double) -> Double {
            one > other ? 1 : one == other ? 0.5 : 0
        }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        let ofPositives = positives.map { one in mean(negatives.map { wins(one, $0) }) }
        let ofNegatives = negatives.map { other in mean(positives.map { wins($0, other) }) }
        let value = mean(ofPositives)
        func variance(_ values: [Double]) -> Double {
            let centre = mean(values)
            return values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
                / Double(values.count - 1)
        }
        let error =
            (variance(ofPositives) / Double(positives.count)
            + variance(ofNegatives) / Double(negatives.count)).squareRoot()
        let cases = positives.count + negatives.count
        let interval: ClosedRange<Double>
        if value > 0, value < 1, error > 0 {
            let z = try NormalDistribution.quantile((1 + level) / 2)
            let logOdds = log(value / (1 - value))
            let margin = z * error / (value * (1 - value))
            interval = 1 / (1 + exp(margin - logOdds))...1 / (1 + exp(-margin - logOdds))
        } else {
            let fewest = min(positives.count, negatives.count)
            interval = try Proportion.clopperPearson(
                successes: Int((value * Double(fewest)).rounded()), trials: fewest, level: level
            ).interval
        }
        area = Estimate(
            value: value, standardError: error, interval: interval, level: level,
            observations: cases, clusters: cases)
        positivePlacements = ofPositives
        negativePlacements = ofNegatives
    }
}
