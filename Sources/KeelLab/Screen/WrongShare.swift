import Foundation
import KeelStatistics

/// How many of a set of rows are wrong, by their scores alone.
///
/// The most likely share, where scores of right and of wrong rows are normal with one variance (label
/// shift: only the share may differ from the rows that these were set on; Saerens 2002).
struct WrongShare {
    private let slope: Double
    private let middle: Double

    /// Nil where wrong rows do not score higher, so that scores tell nothing.
    init?(good: [Double], bad: [Double]) {
        guard good.count > 1, bad.count > 1 else { return nil }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        let (low, high) = (mean(good), mean(bad))
        let squares =
            good.reduce(0) { $0 + ($1 - low) * ($1 - low) }
            + bad.reduce(0) { $0 + ($1 - high) * ($1 - high) }
        let variance = squares / Double(good.count + bad.count - 2)
        guard high > low, variance > 0, variance.isFinite else { return nil }
        slope = (high - low) / variance
        middle = (high + low) / 2
    }

    /// The share in 0 to 1; 0 for no scores.
    func estimate(_ scores: [Double]) -> Double {
        // How much more likely each score is of a wrong row; larger than any share could tell apart is cut.
        let ratios = scores.map { exp(min(30, max(-30, slope * ($0 - middle)))) }
        /// Slope of the log-likelihood, which falls as the share grows.
        func climbs(_ share: Double) -> Bool {
            ratios.reduce(0) { $0 + ($1 - 1) / (1 + share * ($1 - 1)) } > 0
        }
        var (low, high) = (0.0, 1.0)
        guard climbs(low) else { return low }
        guard !climbs(high) else { return high }
        for _ in 0..<30 {
            let middle = (low + high) / 2
            if climbs(middle) { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// What it makes of sets with a stated share, drawn from rows of a domain that it was not set on.
    static func mixture(
        _ estimator: WrongShare?, right: [Double], wrong: [Double],
        using random: inout SeededGenerator
    ) -> Screening.Mixture {
        let odds = Screening.mixed / (1 - Screening.mixed)
        let bad = min(wrong.count, max(1, Int(odds * Double(right.count))))
        // Few enough that the share is as meant, where there are enough.
        let good = min(right.count, Int((Double(bad) / odds).rounded()))
        let truth = Double(bad) / Double(max(1, good + bad))
        var (sum, distance) = (0.0, 0.0)
        for _ in 0..<Screening.mixtures {
            let scores =
                right.shuffled(using: &random).prefix(good)
                + wrong.shuffled(using: &random).prefix(bad)
            let estimate = estimator?.estimate(Array(scores)) ?? 0
            sum += estimate
            distance += abs(estimate - truth)
        }
        let count = Double(Screening.mixtures)
        return Screening.Mixture(
            rows: good + bad, share: truth, estimated: sum / count, error: distance / count)
    }
}
