/// Intervals for a proportion of independent trials.
public enum Proportion {
    /// Wilson's score interval, with the standard error `√(p(1−p)/n)`.
    ///
    /// Unlike the normal interval it has a width at 0 and at all successes, and stays in 0...1.
    /// - Throws: `StatisticsError.outOfRange`.
    public static func wilson(
        successes: Int, trials: Int, level: Double = 0.95
    ) throws(StatisticsError) -> Estimate {
        try require(successes: successes, of: trials)
        try requireFraction(level, "confidence level")
        let z = try NormalDistribution.quantile((1 + level) / 2)
        let rate = Double(successes) / Double(trials)
        return estimate(
            rate, trials, level,
            scoreInterval(rate: rate, trials: Double(trials), criticalValue: z))
    }

    /// The exact interval of Clopper and Pearson, which covers at least its level, often more.
    /// - Throws: `StatisticsError.outOfRange`.
    public static func clopperPearson(
        successes: Int, trials: Int, level: Double = 0.95
    ) throws(StatisticsError) -> Estimate {
        try require(successes: successes, of: trials)
        try requireFraction(level, "confidence level")
        let k = Double(successes)
        let n = Double(trials)
        let tail = (1 - level) / 2
        let lower =
            successes == 0
            ? 0 : inverseRegularizedIncompleteBeta(k, n - k + 1, probability: tail)
        let upper =
            successes == trials
            ? 1 : inverseRegularizedIncompleteBeta(k + 1, n - k, probability: 1 - tail)
        return estimate(k / n, trials, level, lower...upper)
    }

    /// Wilson's interval with any number of (effective) trials and any critical value.
    static func scoreInterval(
        rate: Double, trials: Double, criticalValue c: Double
    ) -> ClosedRange<Double> {
        let shrink = 1 + c * c / trials
        let centre = (rate + c * c / (2 * trials)) / shrink
        let margin =
            c / shrink
            * (rate * (1 - rate) / trials + c * c / (4 * trials * trials)).squareRoot()
        // At 0 and 1 the bound is exact; rounding must not push it past the value.
        return min(max(0, centre - margin), rate)...max(min(1, centre + margin), rate)
    }

    private static func require(successes: Int, of trials: Int) throws(StatisticsError) {
        try requireCount(trials, "number of trials")
        guard (0...trials).contains(successes) else {
            throw .outOfRange(
                name: "number of successes", value: Double(successes),
                expected: "from 0 to \(trials)")
        }
    }

    private static func estimate(
        _ rate: Double, _ trials: Int, _ level: Double, _ interval: ClosedRange<Double>
    ) -> Estimate {
        Estimate(
            value: rate, standardError: (rate * (1 - rate) / Double(trials)).squareRoot(),
            interval: interval, level: level, observations: trials, clusters: trials)
    }
}
