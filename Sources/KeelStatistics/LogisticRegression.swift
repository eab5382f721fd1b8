import Foundation

/// Logistic regression with an L2 penalty, fitted by L-BFGS.
///
/// Minimises `Σ cᵢ·log(1 + exp(−yᵢ·(w·xᵢ + b))) + λ/2·|w|²`, `y` of −1 and 1. The bias is not penalised.
package struct LogisticRegression: Sendable {
    /// A row: features by number, whether it is positive, and how much it counts.
    package struct Row: Sendable {
        var features: [(index: Int, value: Double)]
        var isPositive: Bool
        var weight: Double

        package init(
            features: [(index: Int, value: Double)], isPositive: Bool, weight: Double = 1
        ) {
            self.features = features
            self.isPositive = isPositive
            self.weight = weight
        }
    }

    package private(set) var weights: [Double]
    package private(set) var bias: Double

    /// - Parameters:
    ///   - rows: At least one.
    ///   - width: One more than the highest feature.
    ///   - penalty: λ, above 0.
    ///   - nonNegative: Features whose weights may not be negative.
    ///   - steps: At most so many.
    package init(
        _ rows: [Row], width: Int, penalty: Double, nonNegative: Set<Int> = [], steps: Int = 300
    ) {
        // Constrained weights are squares of what is fitted, so they cannot be negative.
        func weight(_ index: Int, _ x: [Double]) -> Double {
            nonNegative.contains(index) ? x[index] * x[index] : x[index]
        }
        var x = [Double](repeating: 0, count: width + 1)
        for index in nonNegative { x[index] = 0.5 }
        func loss(_ x: [Double]) -> (value: Double, gradient: [Double]) {
            var gradient = [Double](repeating: 0, count: width + 1)
            var value = 0.0
            let w = (0..<width).map { weight($0, x) }
            for row in rows {
                let z = row.features.reduce(x[width]) { $0 + w[$1.index] * $1.value }
                let margin = row.isPositive ? z : -z
                // log(1 + exp(−m)) without overflow.
                value += row.weight * (max(0, -margin) + log1p(exp(-abs(margin))))
                let slope = (row.isPositive ? -1.0 : 1.0) * row.weight / (1 + exp(margin))
                for (index, value) in row.features { gradient[index] += slope * value }
                gradient[width] += slope
            }
            for index in 0..<width {
                value += penalty / 2 * w[index] * w[index]
                gradient[index] += penalty * w[index]
                if nonNegative.contains(index) { gradient[index] *= 2 * x[index] }
            }
            return (value, gradient)
        }
        x = Self.minimise(from: x, steps: steps, loss)
        weights = (0..<width).map { weight($0, x) }
        bias = x[width]
    }

    /// L-BFGS with ten pairs and backtracking (Nocedal and Wright, algorithm 7.4 and 7.5).
    private static func minimise(
        from start: [Double], steps: Int,
        _ loss: ([Double]) -> (value: Double, gradient: [Double])
    ) -> [Double] {
        var x = start
        var (value, gradient) = loss(x)
        var pairs: [(s: [Double], y: [Double], rho: Double)] = []
        for _ in 0..<steps {
            let direction = step(gradient, pairs)
            let slope = dot(direction, gradient)
            guard slope < 0 else { break }
            var length = pairs.isEmpty ? 1 / max(1, dot(gradient, gradient).squareRoot()) : 1
            var next = x
            var found = value
            var turned = gradient
            for _ in 0..<40 {
                next = zip(x, direction).map { $0 + length * $1 }
                (found, turned) = loss(next)
                if found <= value + 1e-4 * length * slope { break }
                length /= 2
            }
            guard found < value else { break }
            let s = zip(next, x).map { $0 - $1 }
            let y = zip(turned, gradient).map { $0 - $1 }
            let curvature = dot(s, y)
            if curvature > 1e-10 {
                pairs.append((s, y, 1 / curvature))
                if pairs.count > 10 { pairs.removeFirst() }
            }
            let gain = value - found
            (x, value, gradient) = (next, found, turned)
            if gain < 1e-9 * max(1, abs(value)) { break }
        }
        return x
    }

    private static func step(
        _ gradient: [Double], _ pairs: [(s: [Double], y: [Double], rho: Double)]
    ) -> [Double] {
        var q = gradient
        var alphas: [Double] = []
        for pair in pairs.reversed() {
            let alpha = pair.rho * dot(pair.s, q)
            alphas.append(alpha)
            for index in q.indices { q[index] -= alpha * pair.y[index] }
        }
        if let last = pairs.last {
            let scale = 1 / (last.rho * dot(last.y, last.y))
            for index in q.indices { q[index] *= scale }
        }
        for (pair, alpha) in zip(pairs, alphas.reversed()) {
            let beta = pair.rho * dot(pair.y, q)
            for index in q.indices { q[index] += (alpha - beta) * pair.s[index] }
        }
        return q.map { -$0 }
    }

    private static func dot(_ a: [Double], _ b: [Double]) -> Double {
        var sum = 0.0
        for index in a.indices { sum += a[index] * b[index] }
        return sum
    }
}
