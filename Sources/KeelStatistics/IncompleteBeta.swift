import Foundation

/// The regularized incomplete beta function `I_x(a, b)`, for `a, b > 0` and `x` from 0 to 1.
package func regularizedIncompleteBeta(_ a: Double, _ b: Double, x: Double) -> Double {
    regularizedIncompleteBeta(a, b, x: x, complement: 1 - x)
}

/// `I_x(a, b)` for a caller that knows `1 - x` better than a subtraction would.
func regularizedIncompleteBeta(
    _ a: Double, _ b: Double, x: Double, complement y: Double
) -> Double {
    if x <= 0 { return 0 }
    if y <= 0 { return 1 }
    // The fraction converges fast below the mean; above it, use the mirror image.
    if x > (a + 1) / (a + b + 2) {
        return 1 - incompleteBetaBelowMean(b, a, x: y, complement: x)
    }
    return incompleteBetaBelowMean(a, b, x: x, complement: y)
}

/// The continued fraction DLMF 8.17.22.
private func incompleteBetaBelowMean(
    _ a: Double, _ b: Double, x: Double, complement y: Double
) -> Double {
    let fraction = continuedFraction(first: 1) { n in
        let m = (n / 2).rounded(.down)
        let numerator =
            n.truncatingRemainder(dividingBy: 2) == 0
            ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        return (numerator, 1)
    }
    return exp(logBetaKernel(a, b, x: x, complement: y)) / (a * fraction)
}

/// `ln(xᵃ yᵇ / B(a, b))`.
private func logBetaKernel(_ a: Double, _ b: Double, x: Double, complement y: Double) -> Double {
    let logX = x > 0.5 ? log1p(-y) : log(x)
    let logY = y > 0.5 ? log1p(-x) : log(y)
    return a * logX + b * logY + logGamma(a + b) - logGamma(a) - logGamma(b)
}

/// The `x` with `I_x(a, b) = probability`: the quantile of the beta distribution.
package func inverseRegularizedIncompleteBeta(
    _ a: Double, _ b: Double, probability: Double
) -> Double {
    if probability <= 0 { return 0 }
    if probability >= 1 { return 1 }
    if probability > regularizedIncompleteBeta(a, b, x: a / (a + b)) {
        return 1 - betaQuantileBelowMean(b, a, probability: 1 - probability)
    }
    return betaQuantileBelowMean(a, b, probability: probability)
}

/// Newton's method on `ln I` as a function of `ln x`, where the lower tail is nearly a line.
private func betaQuantileBelowMean(_ a: Double, _ b: Double, probability: Double) -> Double {
    var lower = 0.0
    var upper = a / (a + b)
    var x = upper
    for _ in 0..<200 {
        let value = regularizedIncompleteBeta(a, b, x: x)
        if value > probability { upper = x } else { lower = x }
        let slope = exp(logBetaKernel(a, b, x: x, complement: 1 - x)) / ((1 - x) * value)
        var next = x * exp(log(probability / value) / slope)
        if !(next > lower && next < upper) { next = (lower + upper) / 2 }
        let step = abs(next - x)
        x = next
        if step <= 2 * .ulpOfOne * x { break }
    }
    return x
}
