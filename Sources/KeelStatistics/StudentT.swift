/// Student's t distribution.
public struct StudentT: Hashable, Sendable {
    /// Above 0, whole or not.
    public let degreesOfFreedom: Double

    /// Makes the distribution with any positive degrees of freedom, whole or not.
    /// - Throws: `StatisticsError.outOfRange`.
    public init(degreesOfFreedom: Double) throws(StatisticsError) {
        try requirePositive(degreesOfFreedom, "number of degrees of freedom")
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// The probability of a value of at most `t`.
    public func cdf(_ t: Double) -> Double {
        t > 0 ? 1 - upperTail(t) : upperTail(-t)
    }

    /// The probability of a value beyond `t` on either side: the two-sided p-value of `t`.
    public func twoSidedTail(_ t: Double) -> Double {
        2 * upperTail(abs(t))
    }

    private func upperTail(_ t: Double) -> Double {
        if t.isInfinite { return 0 }
        let scale = degreesOfFreedom + t * t
        return regularizedIncompleteBeta(
            degreesOfFreedom / 2, 0.5, x: degreesOfFreedom / scale, complement: t * t / scale) / 2
    }

    /// The value below which `probability` of the distribution lies.
    /// - Throws: `StatisticsError.outOfRange` unless `probability` is above 0 and below 1.
    public func quantile(_ probability: Double) throws(StatisticsError) -> Double {
        try requireFraction(probability, "probability")
        let isUpper = probability > 0.5
        let tail = isUpper ? 1 - probability : probability
        // With x = ν/(ν + t²), both tails hold I_x(ν/2, ½); solve for the smaller of x and 1 - x.
        let half = degreesOfFreedom / 2
        let odds: Double
        if tail < 0.25 {
            let x = inverseRegularizedIncompleteBeta(half, 0.5, probability: 2 * tail)
            odds = (1 - x) / x
        } else {
            let y = inverseRegularizedIncompleteBeta(0.5, half, probability: 1 - 2 * tail)
            odds = y / (1 - y)
        }
        let t = (degreesOfFreedom * odds).squareRoot()
        return isUpper ? t : -t
    }
}
