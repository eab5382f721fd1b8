/// The same clusters measured twice: before and after a change, or by two models.
///
/// Cluster `c` of the baseline and cluster `c` of the candidate are the same probe (or topic). They
/// may hold different numbers of observations, so a missing judgement costs no probe.
public struct PairedSample: Hashable, Sendable {
    /// Before the change, or by the first model.
    public let baseline: ClusteredSample
    /// After the change, or by the second model; cluster by cluster beside `baseline`.
    public let candidate: ClusteredSample

    /// Pairs two samples cluster by cluster.
    /// - Throws: `StatisticsError.lengthsDiffer` unless both have as many clusters.
    public init(baseline: ClusteredSample, candidate: ClusteredSample) throws(StatisticsError) {
        try requireSameCount(
            baseline.clusters.count, "clusters in the baseline",
            candidate.clusters.count, "clusters in the candidate")
        self.baseline = baseline
        self.candidate = candidate
    }

    var observations: Int { baseline.observations + candidate.observations }

    /// The candidate's mean minus the baseline's, with a paired, clustered t interval.
    ///
    /// Each cluster's influences on the two means are subtracted before squaring, which for one
    /// observation of each per probe is the paired analysis of Miller 2024. The degrees of freedom
    /// are `C − 1`.
    /// - Throws: `StatisticsError.noVariation` when all clusters changed alike (for instance, not
    ///   at all); `.outOfRange` for the level.
    public func difference(level: Double = 0.95) throws(StatisticsError) -> Estimate {
        let before = baseline.linearizedMean
        let after = candidate.linearizedMean
        return try .student(
            value: after.value - before.value,
            influences: zip(after.influences, before.influences).map { $0 - $1 },
            scale: max(before.scale, after.scale), level: level, observations: observations,
            what: "The difference",
            remedy: "test it with sign flips, and use the rate difference for yes/no values")
    }

    /// The two-sided p-value of the t test that the means are equal, clustered as `difference`.
    /// - Throws: What `difference` throws.
    public func pValue() throws(StatisticsError) -> Double {
        let difference = try difference()
        return try StudentT(degreesOfFreedom: Double(difference.clusters - 1))
            .twoSidedTail(difference.value / difference.standardError)
    }
}
