/// The chi-square distribution.
public struct ChiSquare: Hashable, Sendable {
    /// Above 0, whole or not.
    public let degreesOfFreedom: Double

    /// Makes the distribution with any positive degrees of freedom, whole or not.
    /// - Throws: `StatisticsError.outOfRange`.
    public init(degreesOfFreedom: Double) throws(StatisticsError) {
        try requirePositive(degreesOfFreedom, "number of degrees of freedom")
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// The probability of a value of at most `x`.
    public func cdf(_ x: Double) -> Double {
        regularizedIncompleteGamma(degreesOfFreedom / 2, x: x / 2)
    }
}
