extension Estimate {
    /// A judge's rate of yes, corrected for the judge's own errors (Rogan and Gladen 1978).
    ///
    /// `p = (q + TNR − 1) / (TPR + TNR − 1)`, held within 0...1. The error is the delta method's,
    /// with the errors of the three rates, which are taken as independent. The interval
    /// moves each rate to its own bounds and adds the three excursions in quadrature (Zou and
    /// Donner 2008), so it has a width even where a rate is 0 or 1; it is clipped to 0...1, and
    /// reaches 0 or 1 where the judge could be uninformative.
    /// - Parameters:
    ///   - truePositiveRate: The share of the truly yes items that the judge calls yes.
    ///   - trueNegativeRate: The share of the truly no items that the judge calls no.
    /// - Returns: The corrected rate, with the counts and the level of the observed one.
    /// - Throws: `StatisticsError.uninformativeJudge` when the two rates add up to 1 or less;
    ///   `.outOfRange` when a rate is outside 0...1 or the levels differ.
    public func correctedForJudge(
        truePositiveRate: Estimate, trueNegativeRate: Estimate
    ) throws(StatisticsError) -> Estimate {
        for (name, rate) in [
            ("observed rate", self), ("true positive rate", truePositiveRate),
            ("true negative rate", trueNegativeRate),
        ] {
            guard rate.value >= 0, rate.value <= 1 else {
                throw .outOfRange(name: name, value: rate.value, expected: "from 0 to 1")
            }
            guard rate.level == level else {
                throw .outOfRange(
                    name: "level of the \(name)", value: rate.level,
                    expected: "\(level), the level of the observed rate")
            }
        }
        let tpr = truePositiveRate.value
        let tnr = trueNegativeRate.value
        let informedness = tpr + tnr - 1
        guard informedness > 0 else {
            throw .uninformativeJudge(truePositiveRate: tpr, trueNegativeRate: tnr)
        }
        let centre = Self.corrected(value, tpr, tnr)
        func distance(_ bounds: [Double]) -> Double {
            bounds.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }.squareRoot()
        }
        let below = distance([
            Self.corrected(interval.lowerBound, tpr, tnr),
            Self.corrected(value, truePositiveRate.interval.upperBound, tnr),
            Self.corrected(value, tpr, trueNegativeRate.interval.lowerBound),
        ])
        let above = distance([
            Self.corrected(interval.upperBound, tpr, tnr),
            Self.corrected(value, truePositiveRate.interval.lowerBound, tnr),
            Self.corrected(value, tpr, trueNegativeRate.interval.upperBound),
        ])
        let clipped = min(1, max(0, centre))
        let variance =
            standardError * standardError
            + clipped * clipped * truePositiveRate.standardError * truePositiveRate.standardError
            + (1 - clipped) * (1 - clipped)
            * trueNegativeRate.standardError * trueNegativeRate.standardError
        return Estimate(
            value: clipped, standardError: variance.squareRoot() / informedness,
            interval: min(clipped, max(0, centre - below))...max(clipped, min(1, centre + above)),
            level: level, observations: observations, clusters: clusters)
    }

    private static func corrected(_ rate: Double, _ tpr: Double, _ tnr: Double) -> Double {
        let informedness = tpr + tnr - 1
        let excess = rate + tnr - 1
        guard informedness > 0 else { return excess > 0 ? .infinity : -.infinity }
        return excess / informedness
    }
}
