/// Observations in clusters: answers by probe, or probes by topic.
///
/// Clusters are the unit of randomisation. They are taken to be independent of each other;
/// observations within one may be related in any way.
public struct ClusteredSample: Hashable, Sendable {
    /// The observations of each cluster.
    public let clusters: [[Double]]

    /// Keeps sums and squares finite.
    private static let largestMagnitude = 1e100

    /// Takes the observations of each cluster.
    /// - Throws: `StatisticsError.empty` or `.tooFewClusters`; with the index of the cluster,
    ///   `.emptyCluster`, `.notFinite`, or `.outOfRange` for a magnitude beyond 1e100.
    public init(_ clusters: [[Double]]) throws(StatisticsError) {
        guard !clusters.isEmpty else { throw .empty(what: "clusters") }
        guard clusters.count > 1 else { throw .tooFewClusters(count: clusters.count) }
        for (index, cluster) in clusters.enumerated() {
            guard !cluster.isEmpty else { throw .emptyCluster(index: index) }
            guard cluster.allSatisfy(\.isFinite) else {
                throw .notFinite(what: "observation of the cluster", index: index)
            }
            if let value = cluster.first(where: { abs($0) > Self.largestMagnitude }) {
                throw .outOfRange(
                    name: "observation in cluster \(index)", value: value,
                    expected: "at most \(Self.largestMagnitude) in size")
            }
        }
        self.clusters = clusters
    }

    /// Groups values by their label; clusters stand in the order of their first value.
    /// - Throws: `StatisticsError.lengthsDiffer`, and what `init(_:)` throws.
    public init(_ values: [Double], labels: [some Hashable]) throws(StatisticsError) {
        try requireSameCount(values.count, "values", labels.count, "cluster labels")
        var positions: [AnyHashable: Int] = [:]
        var clusters: [[Double]] = []
        for (value, label) in zip(values, labels) {
            if let position = positions[label] {
                clusters[position].append(value)
            } else {
                positions[label] = clusters.count
                clusters.append([value])
            }
        }
        try self.init(clusters)
    }

    /// How many observations there are in all clusters together.
    public var observations: Int {
        clusters.reduce(0) { $0 + $1.count }
    }

    var totals: [Double] { clusters.map { $0.reduce(0, +) } }
    var counts: [Double] { clusters.map { Double($0.count) } }

    var linearizedMean: LinearizedRatio {
        LinearizedRatio(numerators: totals, denominators: counts)
    }

    /// The mean of all observations, with a standard error clustered as in Miller 2024.
    ///
    /// `SE² = C/(C−1) · Σ_c (Σ_i (x_ci − x̄))² / n²`, and the interval is Student's t with `C − 1`
    /// degrees of freedom. Every observation has the same weight, so large clusters count for more.
    /// The interval covers less than it says when the values are rare events: use `rate` for those.
    /// - Throws: `StatisticsError.outOfRange` for the level; `.noVariation` when all clusters have
    ///   the same mean, where a t interval would claim certainty.
    public func mean(level: Double = 0.95) throws(StatisticsError) -> Estimate {
        let mean = linearizedMean
        return try .student(
            value: mean.value, influences: mean.influences, scale: mean.scale, level: level,
            observations: observations, what: "The mean",
            remedy: "report the value without an interval, or use the rate for yes/no values")
    }
}
