import Foundation

/// A logistic regression without an intercept, of many features of which each row has few.
enum SparseLogistic {
    /// The value of one feature in one row.
    struct Entry {
        var feature: Int
        var value: Double

        init(_ feature: Int, _ value: Double) {
            self.feature = feature
            self.value = value
        }
    }

    /// Maximises `Σ p ln σ(z) + (1 − p) ln σ(−z) − |v|²/18` with `z = v · x/s`, where `s` is the root
    /// mean square of the rows' lengths: before any row is seen, `z` has a deviation of 3, as weak a
    /// prior as that of `PairedLogistic`.
    ///
    /// By Nesterov's method with a constant step, for a function whose curvature, over the number of
    /// rows `n`, lies between `1/9n` and `1/4 + 1/9n`.
    /// - Parameters:
    ///   - rows: Entries of each row, in the order of their features.
    ///   - probabilities: Of each row, from 0 to 1.
    ///   - features: How many there are.
    /// - Returns: A weight for each feature: `v/s`. All zero where all rows are empty.
    static func fit(_ rows: [[Entry]], probabilities: [Double], features: Int) -> [Double] {
        let count = Double(max(1, rows.count))
        let squares = rows.joined().reduce(0) { $0 + $1.value * $1.value }
        let scale = (squares / count).squareRoot()
        var weights = [Double](repeating: 0, count: features)
        guard scale > 0 else { return weights }
        let penalty = 1 / (9 * count)
        let steepest = 0.25 + penalty
        let momentum =
            (steepest.squareRoot() - penalty.squareRoot())
            / (steepest.squareRoot() + penalty.squareRoot())
        var ahead = weights
        for _ in 0..<2000 {
            var slope = ahead.map { penalty * $0 }
            for (row, probability) in zip(rows, probabilities) {
                let z = row.reduce(0) { $0 + ahead[$1.feature] * $1.value } / scale
                let residual = (1 / (1 + exp(-z)) - probability) / (count * scale)
                for entry in row { slope[entry.feature] += residual * entry.value }
            }
            for feature in weights.indices {
                let next = ahead[feature] - slope[feature] / steepest
                ahead[feature] = next + momentum * (next - weights[feature])
                weights[feature] = next
            }
            if slope.reduce(0, { $0 + $1 * $1 }) < 1e-16 { break }
        }
        return weights.map { $0 / scale }
    }
}
