/// A ratio of totals over clusters, with each cluster's first-order influence on it.
///
/// The core of every clustered error here. The mean is the ratio of sums to counts, and a counter
/// per token is the ratio of hits to tokens. Influences `(Σy − r Σx)_c / Σx` add up to zero.
struct LinearizedRatio {
    let value: Double
    let influences: [Double]
    /// The largest share of one cluster in the value: the scale against which rounding is judged.
    let scale: Double

    init(numerators: [Double], denominators: [Double]) {
        let total = denominators.reduce(0, +)
        let ratio = numerators.reduce(0, +) / total
        value = ratio
        influences = zip(numerators, denominators).map { ($0 - ratio * $1) / total }
        scale = numerators.reduce(0) { max($0, abs($1)) } / total
    }
}

/// The clustered covariance of two linearized statistics, `C/(C − 1) Σ uᵢvᵢ`.
///
/// With `u = v` it is the squared clustered error of Miller 2024 (arXiv 2411.00640), times the
/// small-sample factor `C/(C − 1)`.
func clusteredCovariance(_ u: [Double], _ v: [Double]) -> Double {
    let clusters = Double(u.count)
    return clusters / (clusters - 1) * zip(u, v).reduce(0) { $0 + $1.0 * $1.1 }
}

extension Estimate {
    /// The interval of Student's t with `C − 1` degrees of freedom around a linearized statistic.
    static func student(
        value: Double, influences: [Double], scale: Double, level: Double, observations: Int,
        what: String, remedy: String
    ) throws(StatisticsError) -> Estimate {
        let error = clusteredCovariance(influences, influences).squareRoot()
        guard error.isFinite, scale.isFinite else { throw .overflow }
        guard error > 1e-12 * scale else { throw .noVariation(what: what, remedy: remedy) }
        let margin = try error * criticalValue(level: level, clusters: influences.count)
        guard (abs(value) + margin).isFinite else { throw .overflow }
        return Estimate(
            value: value, standardError: error, interval: value - margin...value + margin,
            level: level, observations: observations, clusters: influences.count)
    }

    /// The two-sided critical value of Student's t with `clusters − 1` degrees of freedom.
    static func criticalValue(level: Double, clusters: Int) throws(StatisticsError) -> Double {
        try requireFraction(level, "confidence level")
        return try StudentT(degreesOfFreedom: Double(clusters - 1)).quantile((1 + level) / 2)
    }
}
