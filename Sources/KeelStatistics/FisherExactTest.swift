import Foundation

/// Fisher's exact test of whether two shares are of one rate.
///
/// With all margins of the table given, the number of events in the first sample is hypergeometric;
/// the two-sided p-value adds up the tables that are at most as probable as the one found (Fisher
/// 1935; as `scipy.stats.fisher_exact`).
public struct FisherExactTest: Hashable, Sendable {
    /// Two-sided, from 0 to 1.
    public let pValue: Double

    /// - Parameters:
    ///   - events: How many had the event, in each sample.
    ///   - sizes: How many there were, in each sample; each at least 1.
    /// - Throws: `StatisticsError.outOfRange`.
    public init(events: (Int, Int), sizes: (Int, Int)) throws(StatisticsError) {
        for (count, size) in [(events.0, sizes.0), (events.1, sizes.1)] {
            try requireCount(size, "sample size")
            guard (0...size).contains(count) else {
                throw .outOfRange(
                    name: "events", value: Double(count), expected: "from 0 to the sample's size")
            }
        }
        let total = events.0 + events.1
        func logProbability(_ first: Int) -> Double {
            Self.logChoose(sizes.0, first) + Self.logChoose(sizes.1, total - first)
                - Self.logChoose(sizes.0 + sizes.1, total)
        }
        let found = logProbability(events.0)
        // Tables that are equally probable differ by rounding alone.
        let bound = found + 1e-7
        let sum = (max(0, total - sizes.1)...min(total, sizes.0)).reduce(0.0) { sum, first in
            let next = logProbability(first)
            return next <= bound ? sum + exp(next) : sum
        }
        pValue = min(1, sum)
    }

    private static func logChoose(_ n: Int, _ k: Int) -> Double {
        lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1))
    }
}
