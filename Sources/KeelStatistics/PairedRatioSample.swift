/// Amounts against exposures in the same clusters, measured twice.
///
/// For instance a counter's hits in the answers of two runs, per token or per reply.
public struct PairedRatioSample: Hashable, Sendable {
    /// Before the change, or by the first model.
    public let baseline: RatioSample
    /// After the change, or by the second model; cluster by cluster beside `baseline`.
    public let candidate: RatioSample

    /// Pairs two samples cluster by cluster.
    /// - Throws: `StatisticsError.lengthsDiffer` unless both have as many clusters.
    public init(baseline: RatioSample, candidate: RatioSample) throws(StatisticsError) {
        try requireSameCount(
            baseline.numerators.clusters.count, "clusters in the baseline",
            candidate.numerators.clusters.count, "clusters in the candidate")
        self.baseline = baseline
        self.candidate = candidate
    }

    private var observations: Int {
        baseline.numerators.observations + candidate.numerators.observations
    }

    /// The candidate's ratio minus the baseline's, times `scale`, with a paired t interval.
    ///
    /// Each cluster's influences on the two ratios, `(Σy − r Σx)_c / Σx`, are subtracted before
    /// squaring: the delta method over clusters, with `C − 1` degrees of freedom.
    /// - Throws: `StatisticsError.noVariation` when all clusters changed alike; `.outOfRange` for
    ///   the scale or the level.
    public func difference(
        per scale: Double = 1, level: Double = 0.95
    ) throws(StatisticsError) -> Estimate {
        try requirePositive(scale, "scale")
        let before = baseline.linearized
        let after = candidate.linearized
        return try .student(
            value: (after.value - before.value) * scale,
            influences: zip(after.influences, before.influences).map { ($0 - $1) * scale },
            scale: max(before.scale, after.scale) * scale, level: level,
            observations: observations, what: "The difference",
            remedy: "relabel the answers to test it, and use the count difference for counts")
    }

    /// The difference of events per `scale` units, with an interval that holds at none.
    ///
    /// The intervals of the two rates (`RatioSample.countRate`) are combined as in
    /// `PairedSample.rateDifference`. The correlation is capped at `1 − D/√(y₁y₂)` with the events
    /// `y` of both arms and the larger dispersion `D` of their counts.
    /// - Throws: What `RatioSample.countRate` throws.
    public func countDifference(
        per scale: Double = 1, level: Double = 0.95
    ) throws(StatisticsError) -> Estimate {
        let before = try baseline.countRate(per: scale, level: level)
        let after = try candidate.countRate(per: scale, level: level)
        func dispersion(_ sample: RatioSample, _ rate: Estimate) -> Double {
            let variance = rate.value * scale / sample.denominators.totals.reduce(0, +)
            return variance > 0 ? max(1, rate.standardError * rate.standardError / variance) : 1
        }
        let events = [baseline, candidate].map { $0.numerators.totals.reduce(0, +) }
        let clumping = max(dispersion(baseline, before), dispersion(candidate, after))
        return .difference(
            before, after,
            covariance: scale * scale
                * clusteredCovariance(
                    baseline.linearized.influences, candidate.linearized.influences),
            cap: 1 - clumping / (events[0] * events[1]).squareRoot(), observations: observations)
    }

    /// The two-sided mid-p-value of relabelling observations within clusters.
    ///
    /// As `PairedSample.relabellingPValue`.
    /// An observation's amount and exposure go together; what is summed is the amount less what
    /// its exposure has at the pooled ratio.
    /// - Throws: `StatisticsError.outOfRange` unless `resamples` is at least 1.
    public func relabellingPValue(
        resamples: Int = 20_000, using generator: inout some RandomNumberGenerator
    ) throws(StatisticsError) -> Double {
        try scores().relabellingPValue(resamples: resamples, using: &generator)
    }

    /// The standard deviation of the difference over relabellings, per `scale` units.
    /// - Throws: `StatisticsError.outOfRange` for amounts too large.
    public func relabellingError(per scale: Double = 1) throws(StatisticsError) -> Double {
        let exposure = (baseline.denominators.totals + candidate.denominators.totals).reduce(0, +)
        return try scores().relabellingError * scale * Double(observations) / exposure
    }

    /// What each observation has above the pooled ratio.
    private func scores() throws(StatisticsError) -> PairedSample {
        let amounts = (baseline.numerators.totals + candidate.numerators.totals).reduce(0, +)
        let exposures = (baseline.denominators.totals + candidate.denominators.totals).reduce(0, +)
        let isPlain = [baseline, candidate].allSatisfy {
            $0.denominators.clusters.allSatisfy { $0.allSatisfy { $0 == 1 } }
        }
        // A constant changes nothing where all exposures are 1, and whole numbers stay whole.
        let ratio = isPlain ? 0 : amounts / exposures
        func scores(_ sample: RatioSample) throws(StatisticsError) -> ClusteredSample {
            try ClusteredSample(
                zip(sample.numerators.clusters, sample.denominators.clusters).map { pair in
                    zip(pair.0, pair.1).map { $0 - ratio * $1 }
                })
        }
        return try PairedSample(baseline: scores(baseline), candidate: scores(candidate))
    }
}
