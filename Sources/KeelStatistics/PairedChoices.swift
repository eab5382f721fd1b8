import Foundation

/// Pairs as numbers, and the penalised likelihood of `PairedLogistic` with its derivatives:
/// `Σ p ln σ(β·x) + (1 − p) ln σ(−β·x) − precision/2 · Σ β²`.
struct PairedChoices: Sendable {
    /// A list for each feature.
    private let differences: [[Double]]
    private let probabilities: [Double]
    /// The number of each pair's cluster.
    private let cluster: [Int]
    private let precision: Double
    let clusterCount: Int

    var rows: Int { probabilities.count }

    init(
        _ differences: [[Double]], probabilities: [Double]?, labels: [some Hashable],
        priorDeviation: Double
    ) throws(StatisticsError) {
        guard !differences.isEmpty else { throw .empty(what: "features") }
        guard priorDeviation >= 0.01, priorDeviation <= 100 else {
            throw .outOfRange(
                name: "deviation of the prior", value: priorDeviation,
                expected: "from 0.01 to 100")
        }
        let rows = labels.count
        let probabilities = probabilities ?? [Double](repeating: 1, count: rows)
        try requireSameCount(probabilities.count, "probabilities", rows, "labels")
        for probability in probabilities where !(probability >= 0 && probability <= 1) {
            throw .outOfRange(
                name: "probability", value: probability, expected: "from 0 to 1")
        }
        var numbers: [AnyHashable: Int] = [:]
        cluster = labels.map { label in
            let number = numbers[label] ?? numbers.count
            numbers[label] = number
            return number
        }
        clusterCount = numbers.count
        self.differences = differences
        self.probabilities = probabilities
        precision = 1 / (priorDeviation * priorDeviation)
        for (feature, column) in differences.enumerated() {
            try requireSameCount(column.count, "differences of feature \(feature)", rows, "labels")
            try requireFinite(column, "difference of feature \(feature)")
            if let value = column.first(where: { abs($0) > 1e6 }) {
                throw .outOfRange(
                    name: "difference of feature \(feature)", value: value,
                    expected: "at most 1e6 in size; give it in a larger unit")
            }
            let counted = informativeClusters(feature)
            if counted < 2 { throw .tooFewClusters(count: counted) }
        }
    }

    /// Clusters in which the feature differs in any pair.
    func informativeClusters(_ feature: Int) -> Int {
        Set(zip(differences[feature], cluster).filter { $0.0 != 0 }.map(\.1)).count
    }

    /// The coefficients at the maximum, with all features but the given ones held at zero.
    func maximum(_ features: [Int]) -> [Double] {
        var beta = [Double](repeating: 0, count: differences.count)
        if features.isEmpty { return beta }
        var height = value(beta)
        for _ in 0..<100 {
            let curvature = curvature(beta)
            let slope = gradient(beta)
            let inverse = inverse(
                ofPositiveDefinite: features.map { i in features.map { curvature[i][$0] } })
            let ascent = inverse.map { row in
                zip(row, features).reduce(0) { $0 + $1.0 * slope[$1.1] }
            }
            // The function is concave, so some fraction of the Newton step climbs.
            var step = 1.0
            var next = moved(beta, features, ascent, step)
            var nextHeight = value(next)
            while nextHeight < height, step > 1e-6 {
                step /= 2
                next = moved(beta, features, ascent, step)
                nextHeight = value(next)
            }
            (beta, height) = (next, nextHeight)
            if ascent.reduce(0, { max($0, abs($1)) }) * step < 1e-10 { break }
        }
        return beta
    }

    private func moved(
        _ beta: [Double], _ features: [Int], _ ascent: [Double], _ step: Double
    ) -> [Double] {
        var beta = beta
        for (feature, part) in zip(features, ascent) { beta[feature] += step * part }
        return beta
    }

    /// The negative Hessian, precision included.
    func curvature(_ beta: [Double]) -> [[Double]] {
        let weights = weights(beta)
        var matrix = beta.map { _ in [Double](repeating: 0, count: beta.count) }
        for i in beta.indices {
            for j in 0...i {
                var sum = i == j ? precision : 0
                for row in 0..<rows {
                    sum += weights[row] * differences[i][row] * differences[j][row]
                }
                matrix[i][j] = sum
                matrix[j][i] = sum
            }
        }
        return matrix
    }

    /// What each cluster adds to the slope of the likelihood, a number for each feature.
    func clusterScores(_ beta: [Double]) -> [[Double]] {
        let residuals = residuals(beta)
        var scores = [[Double]](
            repeating: [Double](repeating: 0, count: beta.count), count: clusterCount)
        for row in 0..<rows where residuals[row] != 0 {
            for feature in beta.indices {
                scores[cluster[row]][feature] += residuals[row] * differences[feature][row]
            }
        }
        return scores
    }

    /// What each cluster adds to the slope of one feature where it does nothing, less what the
    /// other features explain of it.
    func effectiveScores(of feature: Int) -> [Double] {
        let others = differences.indices.filter { $0 != feature }
        let beta = maximum(others)
        let curvature = curvature(beta)
        let inverse = inverse(
            ofPositiveDefinite: others.map { i in others.map { curvature[i][$0] } })
        let share = inverse.map { row in
            zip(row, others).reduce(0) { $0 + $1.0 * curvature[feature][$1.1] }
        }
        return clusterScores(beta).map { score in
            zip(share, others).reduce(score[feature]) { $0 - $1.0 * score[$1.1] }
        }
    }

    private func value(_ beta: [Double]) -> Double {
        zip(logOdds(beta), probabilities).reduce(-precision / 2 * beta.reduce(0) { $0 + $1 * $1 }) {
            // p ln σ(z) + (1 − p) ln σ(−z) = ln σ(z) − (1 − p) z, without overflow.
            let (z, p) = $1
            return $0 + min(z, 0) - log1p(exp(-abs(z))) - (1 - p) * z
        }
    }

    private func gradient(_ beta: [Double]) -> [Double] {
        let residuals = residuals(beta)
        return beta.indices.map { feature in
            zip(residuals, differences[feature]).reduce(-precision * beta[feature]) {
                $0 + $1.0 * $1.1
            }
        }
    }

    private func residuals(_ beta: [Double]) -> [Double] {
        zip(logOdds(beta), probabilities).map { $1 - 1 / (1 + exp(-$0)) }
    }

    private func weights(_ beta: [Double]) -> [Double] {
        logOdds(beta).map { 1 / (2 + exp($0) + exp(-$0)) }
    }

    private func logOdds(_ beta: [Double]) -> [Double] {
        var sums = [Double](repeating: 0, count: rows)
        for (feature, weight) in beta.enumerated() where weight != 0 {
            for row in 0..<rows { sums[row] += weight * differences[feature][row] }
        }
        return sums
    }
}
