import Foundation

/// The standard normal distribution.
public enum NormalDistribution {
    /// The probability of a value of at most `x`.
    public static func cdf(_ x: Double) -> Double {
        erfc(-x / 2.squareRoot()) / 2
    }

    /// The value below which `probability` of the distribution lies.
    /// - Throws: `StatisticsError.outOfRange` unless `probability` is above 0 and below 1.
    public static func quantile(_ probability: Double) throws(StatisticsError) -> Double {
        try requireFraction(probability, "probability")
        let isUpper = probability > 0.5
        let tail = isUpper ? 1 - probability : probability
        // Abramowitz and Stegun 26.2.23, within 4.5e-4; two Halley steps make it exact to rounding.
        let t = (-2 * log(tail)).squareRoot()
        var x =
            (2.515517 + t * (0.802853 + t * 0.010328))
            / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t
        for _ in 0..<2 {
            let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
            let newton = (cdf(x) - tail) / density
            x -= newton / (1 + x * newton / 2)
        }
        return isUpper ? -x : x
    }
}
