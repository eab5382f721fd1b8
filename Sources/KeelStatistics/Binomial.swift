/// The number of successes in independent trials of equal probability.
public struct Binomial: Hashable, Sendable {
    /// How many trials there are, each independent of the others.
    public let trials: Int
    /// Probability of a success in one trial, from 0 to 1.
    public let probability: Double

    /// Makes the distribution of at least one trial.
    /// - Throws: `StatisticsError.outOfRange`.
    public init(trials: Int, probability: Double) throws(StatisticsError) {
        try requireCount(trials, "number of trials")
        guard probability >= 0, probability <= 1 else {
            throw .outOfRange(name: "probability", value: probability, expected: "from 0 to 1")
        }
        self.trials = trials
        self.probability = probability
    }

    /// The exact probability of at most `successes`.
    public func cdf(_ successes: Int) -> Double {
        if successes < 0 { return 0 }
        if successes >= trials { return 1 }
        return regularizedIncompleteBeta(
            Double(trials - successes), Double(successes + 1),
            x: 1 - probability, complement: probability)
    }

    /// The exact probability of at least `successes`.
    public func upperTail(_ successes: Int) -> Double {
        if successes <= 0 { return 1 }
        if successes > trials { return 0 }
        return regularizedIncompleteBeta(
            Double(successes), Double(trials - successes + 1),
            x: probability, complement: 1 - probability)
    }

    /// The smallest number of successes whose distribution function satisfies a bound from below.
    func smallest(_ isEnough: (_ cdf: Double) -> Bool) -> Int {
        var low = 0
        var high = trials
        while low < high {
            let middle = low + (high - low) / 2
            if isEnough(cdf(middle)) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
