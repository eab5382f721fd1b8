extension ConfusionMatrix {
    /// The share of items with the same label from both, with Wilson's interval.
    /// - Throws: `StatisticsError.outOfRange` for the level.
    public func agreement(level: Double = 0.95) throws(StatisticsError) -> Estimate {
        try Proportion.wilson(successes: agreements, trials: items, level: level)
    }

    /// Cohen's kappa: agreement beyond that of two raters who draw from their own label shares.
    ///
    /// It falls when one label is rare, even if the raters hardly ever differ; `ac1` does not. The
    /// error is that of Fleiss, Cohen and Everitt 1969, times `n/(n − 1)` in variance.
    /// - Throws: `StatisticsError.noVariation` when both gave a single label; `.outOfRange` for
    ///   fewer than two items, or the level.
    public func cohensKappa(level: Double = 0.95) throws(StatisticsError) -> Estimate {
        let (first, second) = shares
        let chance = zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
        return try beyondChance(chance, level) { i, j in (second[i] + first[j]) / 2 }
    }

    /// Gwet's AC1: agreement beyond chance that stays near agreement when one label is rare.
    ///
    /// Chance agreement is `Σ π_k (1 − π_k) / (q − 1)` over the raters' average shares `π` of `q`
    /// labels, and the error is Gwet's (2008) for items from an unlimited population.
    /// - Throws: `StatisticsError.outOfRange` for fewer than two items, or the level.
    public func ac1(level: Double = 0.95) throws(StatisticsError) -> Estimate {
        let (first, second) = shares
        let others = Double(labels.count - 1)
        let rarity = zip(first, second).map { (1 - ($0 + $1) / 2) / others }
        let chance = rarity.reduce(0) { $0 + $1 * (1 - others * $1) }
        return try beyondChance(chance, level) { i, j in (rarity[i] + rarity[j]) / 2 }
    }

    /// The share of each label in the first and in the second rater's answers.
    private var shares: (first: [Double], second: [Double]) {
        let n = Double(items)
        return (
            labels.indices.map { i in Double(counts[i].reduce(0, +)) / n },
            labels.indices.map { j in Double(counts.reduce(0) { $0 + $1[j] }) / n }
        )
    }

    /// `(agreement − chance)/(1 − chance)` with the error of its linearisation over items.
    ///
    /// `itemChance` is half the derivative of the chance agreement in the weight of an item with
    /// the labels `i` and `j`. Where all items agree the error is 0; the interval is then Wilson's
    /// for the agreement, with chance held fixed.
    private func beyondChance(
        _ chance: Double, _ level: Double, itemChance: (Int, Int) -> Double
    ) throws(StatisticsError) -> Estimate {
        try requireFraction(level, "confidence level")
        let n = Double(items)
        guard n > 1 else {
            throw .outOfRange(name: "number of items", value: n, expected: "at least 2")
        }
        guard chance < 1 else {
            throw .noVariation(
                what: "The label", remedy: "rate items of both kinds, or report the agreement")
        }
        let agreement = Double(agreements) / n
        let value = (agreement - chance) / (1 - chance)
        var squares = 0.0
        for i in labels.indices {
            for j in labels.indices {
                let influence =
                    ((i == j ? 1 : 0) - agreement
                        - 2 * (1 - value) * (itemChance(i, j) - chance)) / (1 - chance)
                squares += Double(counts[i][j]) * influence * influence
            }
        }
        let error = (squares / (n * (n - 1))).squareRoot()
        let interval: ClosedRange<Double>
        if agreements == items {
            let lower = try self.agreement(level: level).interval.lowerBound
            interval = max(-1, (lower - chance) / (1 - chance))...1
        } else {
            let margin = try NormalDistribution.quantile((1 + level) / 2) * error
            interval = max(-1, value - margin)...min(1, value + margin)
        }
        return Estimate(
            value: value, standardError: error, interval: interval, level: level,
            observations: items, clusters: items)
    }
}
