import Foundation

/// Strengths of players from their pairwise contests (Bradley and Terry 1952).
///
/// `P(i beats j) = σ(θᵢ − θⱼ)`, and the strengths `θ` add up to zero. They maximise the likelihood
/// under a normal prior on each strength, so a player that won or lost everything stays finite.
/// Errors come from the curvature at the maximum and take contests as independent.
public struct BradleyTerry: Hashable, Sendable {
    /// The log-odds of each player against an average one, with normal intervals.
    public let strengths: [Estimate]
    private let covariance: [[Double]]

    /// Fits strengths by Newton's method.
    /// - Parameters:
    ///   - wins: `wins[i][j]` is how often player `i` beat `j`; a tie is half a win for both.
    ///   - priorDeviation: The standard deviation of the prior, in log-odds; 3 is weak.
    ///   - level: The level of the intervals.
    /// - Throws: `StatisticsError.empty` for fewer than two players, `.lengthsDiffer` unless the
    ///   table is square, `.outOfRange` for a count not from 0 to 1e6 or on the
    ///   diagonal, or a prior not from 0.01 to 100, `.disconnected` when two groups never met.
    public init(
        wins: [[Double]], priorDeviation: Double = 3, level: Double = 0.95
    ) throws(StatisticsError) {
        try Self.validate(wins)
        guard priorDeviation >= 0.01, priorDeviation <= 100 else {
            throw .outOfRange(
                name: "deviation of the prior", value: priorDeviation,
                expected: "from 0.01 to 100")
        }
        try requireFraction(level, "confidence level")
        let z = try NormalDistribution.quantile((1 + level) / 2)
        let fit = Likelihood(wins: wins, precision: 1 / (priorDeviation * priorDeviation))
        let theta = fit.maximum()
        let covariance = fit.covariance(theta)
        self.covariance = covariance
        strengths = theta.indices.map { player in
            let error = max(0, covariance[player][player]).squareRoot()
            let contests = fit.contests[player].reduce(0, +)
            return Estimate(
                value: theta[player], standardError: error,
                interval: theta[player] - z * error...theta[player] + z * error, level: level,
                observations: Int(contests.rounded()), clusters: Int(contests.rounded()))
        }
    }

    /// The probability that one player beats another, its interval taken from the log-odds.
    /// - Throws: `StatisticsError.outOfRange` for a player that does not exist.
    public func winProbability(
        of player: Int, over opponent: Int
    ) throws(StatisticsError) -> Estimate {
        for index in [player, opponent] where !strengths.indices.contains(index) {
            throw .outOfRange(
                name: "player", value: Double(index), expected: "from 0 to \(strengths.count - 1)")
        }
        let level = strengths[player].level
        let z = try NormalDistribution.quantile((1 + level) / 2)
        let logOdds = strengths[player].value - strengths[opponent].value
        let variance =
            covariance[player][player] + covariance[opponent][opponent]
            - 2 * covariance[player][opponent]
        let error = max(0, variance).squareRoot()
        let value = sigmoid(logOdds)
        return Estimate(
            value: value, standardError: value * (1 - value) * error,
            interval: sigmoid(logOdds - z * error)...sigmoid(logOdds + z * error), level: level,
            observations: strengths[player].observations, clusters: strengths[player].clusters)
    }

    private static func validate(_ wins: [[Double]]) throws(StatisticsError) {
        guard wins.count > 1 else { throw .empty(what: "pairs of players") }
        for (i, row) in wins.enumerated() {
            guard row.count == wins.count else {
                throw .lengthsDiffer(
                    first: "players", firstCount: wins.count,
                    second: "counts in row \(i)", secondCount: row.count)
            }
            for (j, count) in row.enumerated() where !(count >= 0 && count <= 1e6) {
                throw .outOfRange(
                    name: "count of wins of \(i) over \(j)", value: count,
                    expected: "from 0 to 1e6")
            }
            guard row[i] == 0 else {
                throw .outOfRange(
                    name: "count of wins of \(i) over itself", value: row[i], expected: "0")
            }
        }
        var reached: Set<Int> = [0]
        var frontier = [0]
        while let i = frontier.popLast() {
            for j in wins.indices where wins[i][j] + wins[j][i] > 0 && !reached.contains(j) {
                reached.insert(j)
                frontier.append(j)
            }
        }
        let apart = wins.indices.filter { !reached.contains($0) }
        guard apart.isEmpty else { throw .disconnected(players: apart) }
    }
}

private func sigmoid(_ x: Double) -> Double {
    1 / (1 + exp(-x))
}

/// The penalised log-likelihood `Σ wᵢⱼ ln σ(θᵢ − θⱼ) − precision/2 · Σ θᵢ²`.
private struct Likelihood {
    let wins: [[Double]]
    let precision: Double
    let contests: [[Double]]

    init(wins: [[Double]], precision: Double) {
        self.wins = wins
        self.precision = precision
        contests = wins.indices.map { i in wins.indices.map { j in wins[i][j] + wins[j][i] } }
    }

    func maximum() -> [Double] {
        var theta = [Double](repeating: 0, count: wins.count)
        var height = value(theta)
        for _ in 0..<100 {
            let slope = gradient(theta)
            let ascent = inverse(ofPositiveDefinite: curvature(theta)).map { row in
                zip(row, slope).reduce(0) { $0 + $1.0 * $1.1 }
            }
            // The function is concave, so some fraction of the Newton step climbs.
            var step = 1.0
            var next = zip(theta, ascent).map { $0 + $1 }
            var nextHeight = value(next)
            while nextHeight < height, step > 1e-6 {
                step /= 2
                next = zip(theta, ascent).map { $0 + step * $1 }
                nextHeight = value(next)
            }
            let change = ascent.reduce(0) { max($0, abs($1)) } * step
            theta = next
            height = nextHeight
            if change < 1e-12 { break }
        }
        return theta
    }

    /// The inverse curvature among strengths that add up to zero.
    func covariance(_ theta: [Double]) -> [[Double]] {
        let common = 1 / ((1 + precision) * Double(wins.count))
        return inverse(ofPositiveDefinite: curvature(theta)).map { row in row.map { $0 - common } }
    }

    private func value(_ theta: [Double]) -> Double {
        var sum = 0.0
        for i in wins.indices {
            sum -= precision / 2 * theta[i] * theta[i]
            for j in wins.indices where wins[i][j] > 0 {
                let gap = theta[j] - theta[i]
                sum -= wins[i][j] * (max(gap, 0) + log1p(exp(-abs(gap))))
            }
        }
        return sum
    }

    private func gradient(_ theta: [Double]) -> [Double] {
        wins.indices.map { i in
            wins.indices.reduce(-precision * theta[i]) { sum, j in
                sum + wins[i][j] - contests[i][j] * sigmoid(theta[i] - theta[j])
            }
        }
    }

    /// The negative Hessian plus the matrix of `1/K`, which pins the common level of all strengths.
    ///
    /// The gradient has no part in that direction, so Newton's step is the same without it.
    private func curvature(_ theta: [Double]) -> [[Double]] {
        let players = wins.count
        var matrix = [[Double]](
            repeating: [Double](repeating: 1 / Double(players), count: players), count: players)
        for i in 0..<players {
            matrix[i][i] += precision
            for j in 0..<players where j != i {
                let share = sigmoid(theta[i] - theta[j])
                let information = contests[i][j] * share * (1 - share)
                matrix[i][i] += information
                matrix[i][j] -= information
            }
        }
        return matrix
    }
}

/// Gauss–Jordan inversion, which needs no pivoting for a positive definite matrix.
func inverse(ofPositiveDefinite matrix: [[Double]]) -> [[Double]] {
    let size = matrix.count
    var left = matrix
    var right = (0..<size).map { i in (0..<size).map { $0 == i ? 1.0 : 0 } }
    for pivot in 0..<size {
        let scale = 1 / left[pivot][pivot]
        for column in 0..<size {
            left[pivot][column] *= scale
            right[pivot][column] *= scale
        }
        for row in 0..<size where row != pivot {
            let factor = left[row][pivot]
            for column in 0..<size {
                left[row][column] -= factor * left[pivot][column]
                right[row][column] -= factor * right[pivot][column]
            }
        }
    }
    return right
}
