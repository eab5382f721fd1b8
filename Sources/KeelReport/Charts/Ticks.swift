import Foundation

/// Round positions along an axis: multiples of 1, 2 or 5 times a power of ten.
package struct Ticks: Hashable, Sendable {
    /// The positions, increasing and equally far apart.
    package let values: [Double]
    /// The decimals that tell neighbours apart; negative where the step is ten or more.
    package let decimals: Int

    /// Ticks whose first and last enclose the range.
    ///
    /// - Parameters:
    ///   - low: the lower end; finite.
    ///   - high: the upper end, above `low` by at least a billionth of either's magnitude.
    ///   - limit: the most ticks wanted; at least 3, the fewest that enclose a range around zero.
    package init(covering low: Double, _ high: Double, atMost limit: Int) {
        let limit = max(3, limit)
        let smallest = (high - low) / Double(limit)
        var exponent = Int(floor(log10(smallest)))
        while true {
            for mantissa in [1, 2, 5] {
                let step = Self.multiple(mantissa, exponent)
                // The tolerance keeps 0.3 / 0.1 = 2.9999999999999996 from adding a tick.
                let first = Int(floor(low / step + 1e-6))
                let last = Int(ceil(high / step - 1e-6))
                if last - first < limit {
                    values = (first...max(first + 1, last)).map {
                        Self.multiple($0 * mantissa, exponent)
                    }
                    decimals = -exponent
                    return
                }
            }
            exponent += 1
        }
    }

    // Dividing by a power of ten is correctly rounded, so that the third tenth is 0.3.
    private static func multiple(_ count: Int, _ exponent: Int) -> Double {
        exponent < 0
            ? Double(count) / pow(10, Double(-exponent)) : Double(count) * pow(10, Double(exponent))
    }
}
