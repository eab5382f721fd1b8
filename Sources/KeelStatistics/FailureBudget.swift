/// The risk of failure at which trying and holding back cost the same.
///
/// Trying a change that fails costs `costOfFailure`, less what the failure teaches; holding back
/// one that would have worked costs `costOfMiss`. The expected cost is least when every change
/// whose probability of failure lies below the threshold is tried. Where failure is cheap a low
/// failure rate is a sign of trying too little.
public struct FailureBudget: Hashable, Codable, Sendable {
    /// The largest probability of failure at which trying still pays, from 0 to 1.
    public let acceptableProbability: Double

    /// Takes all costs in one unit of any kind.
    ///
    /// `worthOfLesson` is what a failure is worth for what it teaches; where that is its cost,
    /// everything is worth a try.
    /// - Throws: `StatisticsError.outOfRange` unless both costs are finite and above 0, and the
    ///   worth finite and at least 0.
    public init(
        costOfFailure: Double, costOfMiss: Double, worthOfLesson: Double = 0
    ) throws(StatisticsError) {
        try requirePositive(costOfFailure, "cost of a failure")
        try requirePositive(costOfMiss, "cost of a miss")
        guard worthOfLesson >= 0, worthOfLesson.isFinite else {
            throw .outOfRange(
                name: "worth of a lesson", value: worthOfLesson, expected: "finite and at least 0")
        }
        acceptableProbability = 1 / (1 + max(0, costOfFailure - worthOfLesson) / costOfMiss)
    }

    /// What becomes of a number of attempts by someone who tries all that is worth it.
    ///
    /// The probabilities of failure that offer themselves are taken to spread like Beta(a, b), even
    /// from 0 to 1 unless said otherwise; tried are those below the threshold. So each attempt
    /// fails with their mean, `E[p | p < t] = a/(a+b) · I_t(a+1, b)/I_t(a, b)`.
    /// - Throws: `StatisticsError.outOfRange` for fewer than one attempt, or a parameter of the
    ///   spread not from 0.01 to 1000.
    public func forecast(
        attempts: Int, spread: (a: Double, b: Double) = (1, 1)
    ) throws(StatisticsError) -> Forecast {
        try requireCount(attempts, "number of attempts")
        for value in [spread.a, spread.b] where !(value >= 0.01 && value <= 1000) {
            throw .outOfRange(
                name: "parameter of the spread", value: value, expected: "from 0.01 to 1000")
        }
        let threshold = acceptableProbability
        let tried = regularizedIncompleteBeta(spread.a, spread.b, x: threshold)
        let above = regularizedIncompleteBeta(spread.a + 1, spread.b, x: threshold)
        // So few are worth trying that their share vanishes: they lie just below the threshold.
        let probability =
            tried > 0
            ? min(threshold, spread.a / (spread.a + spread.b) * above / tried) : threshold
        return Forecast(
            attempts: attempts, worthTrying: tried,
            failures: try Binomial(trials: attempts, probability: probability))
    }

    /// The failures to expect.
    public struct Forecast: Hashable, Sendable {
        /// Times that something is tried.
        public let attempts: Int
        /// The share of what offers itself that is worth a try.
        public let worthTrying: Double
        /// The distribution of the number of failures among the attempts.
        public let failures: Binomial

        /// The mean number of failures.
        public var expected: Double { Double(attempts) * failures.probability }

        /// The numbers of failures between which 95 of 100 such series end.
        public var range: ClosedRange<Int> {
            let low = failures.smallest { $0 > 0.025 }
            return low...max(low, failures.smallest { $0 >= 0.975 })
        }
    }
}
