import Foundation

/// What chosen has more of than rejected, weighed into the odds of being chosen.
///
/// `P(chosen is better) = σ(β · x)`, where `x` holds the differences of features between the two:
/// the model of Bradley and Terry with players described by features. It has no intercept, since
/// which of two is called the first means nothing. `β` maximises the likelihood under a normal
/// prior, so a feature that decides every pair stays finite.
public struct PairedLogistic: Sendable {
    /// The log-odds for one unit of each feature, with clustered t intervals.
    ///
    /// The error is the larger of the clustered one (the sandwich, times `C/(C − 1)`) and that of
    /// the curvature: where a feature decides every pair that it differs in, the former vanishes.
    /// A feature has as many clusters as it differs in, and one degree of freedom fewer.
    public let coefficients: [Estimate]
    private let data: PairedChoices

    /// Fits by Newton's method.
    /// - Parameters:
    ///   - differences: Of each feature a list: chosen less rejected in each pair, of a size around
    ///     one, since the prior is on log-odds for one unit.
    ///   - probabilities: That chosen is the better one, 0 to 1; nil for 1 throughout.
    ///   - labels: What each pair belongs to, such as its prompt.
    ///   - priorDeviation: The standard deviation of the prior; 3 is weak.
    ///   - level: The level of the intervals.
    /// - Throws: `StatisticsError.empty`, `.lengthsDiffer`, `.notFinite`, `.outOfRange`;
    ///   `.tooFewClusters` where a feature differs in fewer than two clusters.
    public init(
        differences: [[Double]], probabilities: [Double]? = nil, labels: [some Hashable],
        priorDeviation: Double = 3, level: Double = 0.95
    ) throws(StatisticsError) {
        let data = try PairedChoices(
            differences, probabilities: probabilities, labels: labels,
            priorDeviation: priorDeviation)
        let beta = data.maximum(Array(differences.indices))
        let inverse = inverse(ofPositiveDefinite: data.curvature(beta))
        let scores = data.clusterScores(beta)
        let clusters = Double(data.clusterCount)
        var estimates: [Estimate] = []
        for feature in differences.indices {
            let counted = data.informativeClusters(feature)
            let influences = scores.map { score in
                zip(inverse[feature], score).reduce(0) { $0 + $1.0 * $1.1 }
            }
            let sandwich = clusters / (clusters - 1) * influences.reduce(0) { $0 + $1 * $1 }
            let error = max(sandwich, inverse[feature][feature]).squareRoot()
            let margin = try error * Estimate.criticalValue(level: level, clusters: counted)
            estimates.append(
                Estimate(
                    value: beta[feature], standardError: error,
                    interval: beta[feature] - margin...beta[feature] + margin, level: level,
                    observations: data.rows, clusters: counted))
        }
        coefficients = estimates
        self.data = data
    }

    /// The two-sided p-value that a feature does nothing beside the others, by flipping the signs
    /// of clusters' scores (Hemerik, Goeman and Finos 2020, arXiv 1909.03796).
    ///
    /// Where the feature does nothing, what it adds to the slope of the likelihood, less what the
    /// other features explain of it, is as likely to have either sign in each cluster. With one
    /// feature alone and certain choices this is exact in any number of pairs. Up to 16 clusters
    /// all assignments of signs are enumerated, beyond that `resamples` are drawn.
    /// - Throws: `StatisticsError.outOfRange` unless `resamples` is at least 1 and there is such a
    ///   feature.
    public func pValue(
        of feature: Int, resamples: Int = 10_000,
        using generator: inout some RandomNumberGenerator
    ) throws(StatisticsError) -> Double {
        try requireCount(resamples, "number of resamples")
        guard coefficients.indices.contains(feature) else {
            throw .outOfRange(
                name: "number of the feature", value: Double(feature),
                expected: "from 0 to \(coefficients.count - 1)")
        }
        return signFlipPValue(
            of: data.effectiveScores(of: feature), resamples: resamples, using: &generator)
    }
}

/// The share of sign assignments under which a sum is as far from zero as it is, two-sided.
private func signFlipPValue(
    of contributions: [Double], resamples: Int, using generator: inout some RandomNumberGenerator
) -> Double {
    let scale = contributions.reduce(0) { $0 + abs($1) }
    let varied = contributions.filter { abs($0) > 1e-12 * scale }
    guard !varied.isEmpty else { return 1 }
    // Assignments that tie with the observed one up to rounding count as extreme as it.
    let threshold = abs(varied.reduce(0, +)) - 1e-10 * scale
    if varied.count <= 16 {
        let assignments = 1 << varied.count
        let extreme = (0..<assignments).count { signs in
            abs(varied.indices.reduce(0) { $0 + (signs >> $1 & 1 == 1 ? -varied[$1] : varied[$1]) })
                >= threshold
        }
        return Double(extreme) / Double(assignments)
    }
    var extreme = 0
    for _ in 0..<resamples {
        var sum = 0.0
        var bits: UInt64 = 0
        for (index, value) in varied.enumerated() {
            if index % 64 == 0 { bits = generator.next() }
            sum += bits & 1 == 1 ? -value : value
            bits >>= 1
        }
        if abs(sum) >= threshold { extreme += 1 }
    }
    return Double(extreme + 1) / Double(resamples + 1)
}
