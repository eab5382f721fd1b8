/// How much of the spread lies between probes, and how much between answers to one probe.
///
/// The one-way random effects model `x_ci = μ + a_c + e_ci`, by the method of moments (ANOVA). More
/// samples to a probe reduce only `within`; more probes reduce both.
public struct VarianceComponents: Hashable, Codable, Sendable {
    /// The variance of probe means, held at 0 or more.
    public let between: Double
    /// The sampling variance within a probe.
    public let within: Double

    /// Splits the variance of a sample whose clusters are probes.
    /// - Throws: `StatisticsError.empty` when no cluster has two observations.
    public init(_ sample: ClusteredSample) throws(StatisticsError) {
        let n = Double(sample.observations)
        let clusters = Double(sample.clusters.count)
        guard n > clusters else { throw .empty(what: "clusters with two observations or more") }
        let grand = sample.linearizedMean.value
        var withinSquares = 0.0
        var betweenSquares = 0.0
        for cluster in sample.clusters {
            let mean = cluster.reduce(0, +) / Double(cluster.count)
            withinSquares += cluster.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            betweenSquares += Double(cluster.count) * (mean - grand) * (mean - grand)
        }
        let within = withinSquares / (n - clusters)
        // With clusters of unequal size, this takes the place of their common size.
        let size = (n - sample.counts.reduce(0) { $0 + $1 * $1 } / n) / (clusters - 1)
        self.within = within
        between = max(0, (betweenSquares / (clusters - 1) - within) / size)
    }

    /// The share of the variance that lies between probes; 0 when nothing varies.
    public var intraclassCorrelation: Double {
        between > 0 ? between / (between + within) : 0
    }
}
