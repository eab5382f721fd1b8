import Foundation

/// The logarithm of the gamma function of a positive number.
func logGamma(_ x: Double) -> Double {
    // The overlay's tuple form is reentrant; C's `lgamma` writes a global sign.
    let (value, _): (Double, Int) = lgamma(x)
    return value
}

/// The regularized lower incomplete gamma function `P(a, x)`, for `a > 0` and `x >= 0`.
package func regularizedIncompleteGamma(_ a: Double, x: Double) -> Double {
    if x <= 0 { return 0 }
    if x.isInfinite { return 1 }
    let prefactor = exp(a * log(x) - x - logGamma(a))
    if x < a + 1 {
        // Power series, DLMF 8.11.4.
        var term = 1 / a
        var sum = term
        var n = a
        while term > sum * .ulpOfOne {
            n += 1
            term *= x / n
            sum += term
        }
        return prefactor * sum
    }
    // Continued fraction of the upper function, DLMF 8.9.2, in its even form.
    let fraction = continuedFraction(first: x + 1 - a) { n in
        (numerator: n * (a - n), denominator: x + 2 * n + 1 - a)
    }
    return 1 - prefactor / fraction
}

/// Evaluates `first + n₁/(d₁ + n₂/(d₂ + …))` by the modified Lentz algorithm.
func continuedFraction(
    first: Double, term: (_ n: Double) -> (numerator: Double, denominator: Double)
) -> Double {
    // Stands for zero where a partial denominator vanishes.
    let tiny = 1e-300
    var value = first == 0 ? tiny : first
    var upper = value
    var lower = 0.0
    // The fractions here converge in about √max(a, b) steps.
    for n in 1...100_000 {
        let (numerator, denominator) = term(Double(n))
        lower = denominator + numerator * lower
        upper = denominator + numerator / upper
        if lower == 0 { lower = tiny }
        if upper == 0 { upper = tiny }
        lower = 1 / lower
        let factor = upper * lower
        value *= factor
        if abs(factor - 1) <= .ulpOfOne { break }
    }
    return value
}
