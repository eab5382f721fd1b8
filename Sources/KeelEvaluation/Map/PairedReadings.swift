import KeelStatistics

/// The readings of one metric on the probes that two runs share.
package struct PairedReadings {
    struct ProbeReadings {
        let id: String
        let cluster: String
        let before: [Observation]
        let after: [Observation]
    }

    let dimension: Dimension
    let metric: Metric
    let probes: [ProbeReadings]
    /// Nil with fewer than two clusters.
    let byCluster: PairedRatioSample?
    /// Nil where readings don't come from answers of their own, or with fewer than two probes.
    let byProbe: PairedRatioSample?

    /// Nats per token: float32 sums in another order, as in a batch of another size, stay below it.
    private static let gapNoise = 1e-4

    /// Pairs the readings by probe; a probe that one run lacks is left out.
    package init(
        _ dimension: Dimension, _ measure: Measure, _ metric: Metric, _ before: [Observation],
        _ after: [Observation]
    ) {
        self.dimension = dimension
        self.metric = metric
        let old = Dictionary(grouping: before, by: \.probe)
        let new = Dictionary(grouping: after, by: \.probe)
        probes = dimension.probes.compactMap { probe in
            guard let old = old[probe.id], let new = new[probe.id] else { return nil }
            return ProbeReadings(id: probe.id, cluster: probe.cluster, before: old, after: new)
        }
        byCluster = Self.sample(probes, by: \.cluster)
        byProbe = measure.readsAnswersApart ? Self.sample(probes, by: \.id) : nil
    }

    /// Whether no reading changed by more than rounding in an engine explains.
    package var isIdentical: Bool {
        let noise = metric.scale == .mean || metric.scale == .magnitude ? Self.gapNoise : 0
        return !probes.isEmpty
            && probes.allSatisfy { probe in
                probe.before.count == probe.after.count
                    && zip(probe.before, probe.after).allSatisfy {
                        abs($0.value - $1.value) <= noise && $0.exposure == $1.exposure
                    }
            }
    }

    /// The two-sided p-value that decides whether the metric changed; nil with too few readings.
    ///
    /// Readings of answers are relabelled within probes, which asks whether this model answers
    /// these probes differently. Gaps and readings of several answers together have no sampling
    /// that could be relabelled: they are tested by the paired, clustered t test, which asks
    /// whether probes like these change. Where all clusters changed by the same amount, a t test
    /// has no error to go by; then the arms of single probes are swapped, which is exact if the
    /// change did nothing to any of them.
    package var pValue: Double? {
        var generator = SeededGenerator(seed: 0)
        if let byProbe { return try? byProbe.relabellingPValue(using: &generator) }
        guard let pairs = byCluster.flatMap({ try? Self.plain($0) }) else { return nil }
        if let pValue = try? pairs.pValue() { return pValue }
        return try? Self.sample(probes, by: \.id).map(Self.plain)?
            .signFlipPValue(resamples: 100_000, using: &generator)
    }

    /// The candidate's value less the baseline's, with the error that other clusters would bring.
    ///
    /// - Parameter level: Above 0 and below 1.
    /// - Returns: Nil where the data hold no error.
    func difference(level: Double) -> Estimate? {
        guard let byCluster else { return nil }
        return switch metric.scale {
        case .share: try? Self.plain(byCluster).rateDifference(level: level)
        case .count: try? byCluster.countDifference(per: metric.per, level: level)
        case .mean, .magnitude: try? byCluster.difference(per: metric.per, level: level)
        }
    }

    /// Events or values per unit of exposure, over all probes that both have.
    func value(_ arm: KeyPath<ProbeReadings, [Observation]>) -> Double? {
        let readings = probes.flatMap { $0[keyPath: arm] }
        let exposure = readings.reduce(0) { $0 + $1.exposure }
        return exposure > 0
            ? readings.reduce(0) { $0 + $1.value } / exposure * metric.per : nil
    }

    /// What remains where every exposure is 1.
    private static func plain(_ pairs: PairedRatioSample) throws(StatisticsError) -> PairedSample {
        try PairedSample(
            baseline: pairs.baseline.numerators, candidate: pairs.candidate.numerators)
    }

    private static func sample(
        _ probes: [ProbeReadings], by label: KeyPath<ProbeReadings, String>
    ) -> PairedRatioSample? {
        func arm(_ arm: (ProbeReadings) -> [Observation]) throws -> RatioSample {
            let readings = probes.flatMap(arm)
            let labels = probes.flatMap { probe in arm(probe).map { _ in probe[keyPath: label] } }
            return try RatioSample(
                numerators: ClusteredSample(readings.map(\.value), labels: labels),
                denominators: ClusteredSample(readings.map(\.exposure), labels: labels))
        }
        return try? PairedRatioSample(baseline: arm(\.before), candidate: arm(\.after))
    }
}
