import KeelStatistics

/// The readings of one metric on the probes that two runs share.
struct PairedReadings {
    private struct ProbeReadings {
        let id: String
        let cluster: String
        let before: [Double]
        let after: [Double]
    }

    private let dimension: Dimension
    private let metric: Metric
    private let probes: [ProbeReadings]
    /// Nil with fewer than two clusters.
    private let pairs: PairedSample?

    private static let alpha = 0.05
    /// Nats per token: float32 sums in another order, as in a batch of another size, stay below it.
    private static let gapNoise = 1e-4

    init(
        _ dimension: Dimension, _ metric: Metric, _ before: [Observation], _ after: [Observation]
    ) {
        self.dimension = dimension
        self.metric = metric
        let old = Dictionary(grouping: before, by: \.probe)
        let new = Dictionary(grouping: after, by: \.probe)
        probes = dimension.probes.compactMap { probe in
            guard let old = old[probe.id], let new = new[probe.id] else { return nil }
            return ProbeReadings(
                id: probe.id, cluster: probe.cluster, before: old.map(\.value),
                after: new.map(\.value))
        }
        pairs = Self.pairs(probes, by: \.cluster)
    }

    /// Whether no reading changed by more than rounding in an engine explains.
    var isIdentical: Bool {
        let noise = metric.scale == .mean ? Self.gapNoise : 0
        return !probes.isEmpty
            && probes.allSatisfy { probe in
                probe.before.count == probe.after.count
                    && zip(probe.before, probe.after).allSatisfy { abs($0 - $1) <= noise }
            }
    }

    /// The two-sided p-value of the paired, clustered t test; nil with fewer than two clusters.
    ///
    /// Where all clusters changed by the same amount, a t test has no error to go by. Then the arms
    /// of single probes are swapped, which is exact if the change did nothing to any of them.
    var pValue: Double? {
        guard let pairs else { return nil }
        if let pValue = try? pairs.pValue() { return pValue }
        var generator = SeededGenerator(seed: 0)
        return try? Self.pairs(probes, by: \.id)?
            .signFlipPValue(resamples: 100_000, using: &generator)
    }

    /// What the readings say, given the test.
    ///
    /// - Parameters:
    ///   - pValue: As above, or nil where nothing was tested.
    ///   - adjusted: The same, adjusted for all tests of the comparison.
    ///   - margin: Above zero.
    /// - Returns: The change with its verdict.
    func change(pValue: Double?, adjusted: Double?, margin: Double?) -> Change {
        let old = Self.mean(probes.flatMap(\.before))
        let new = Self.mean(probes.flatMap(\.after))
        let estimate = pairs.flatMap { difference($0, level: 0.95) }
        var change = Change(
            dimension: dimension.id, title: dimension.title, metric: metric, baseline: old,
            candidate: new, difference: old.flatMap { old in new.map { $0 - old } },
            interval: estimate?.interval, pValue: pValue, adjustedPValue: adjusted,
            verdict: .notEnoughData, detectable: estimate.flatMap(detectable), probesNeeded: nil,
            probes: probes.count, clusters: Set(probes.map(\.cluster)).count)
        if isIdentical {
            change.verdict = .identical
            return change
        }
        guard let adjusted, let old, let new else { return change }
        let found = adjusted < Self.alpha ? direction(from: old, to: new) : nil
        if let found, found != .worse {
            change.verdict = found
        } else if let margin, keeps(margin, change: new - old) {
            change.verdict = .noWorse
        } else if let found {
            change.verdict = found
        } else if let margin {
            change.probesNeeded = estimate.flatMap { probesNeeded($0, margin: margin) }
        } else {
            change.verdict = .noDifference
        }
        return change
    }

    private func direction(from old: Double, to new: Double) -> Change.Verdict {
        switch metric.better {
        case .higher: new > old ? .better : .worse
        case .lower: new < old ? .better : .worse
        case .zero: abs(new) < abs(old) ? .better : .worse
        case nil: new > old ? .higher : .lower
        }
    }

    /// Whether the interval of 90 % excludes a change for the worse beyond the margin.
    ///
    /// Where all clusters changed by the same amount, that amount is the interval.
    private func keeps(_ margin: Double, change: Double) -> Bool {
        guard let pairs else { return false }
        let interval = difference(pairs, level: 0.9)?.interval ?? change...change
        return switch metric.better {
        case .higher: interval.lowerBound > -margin
        case .lower: interval.upperBound < margin
        case .zero, nil: interval.lowerBound > -margin && interval.upperBound < margin
        }
    }

    /// The difference with its error; nil where the data hold none.
    private func difference(_ pairs: PairedSample, level: Double) -> Estimate? {
        if metric.scale == .share { return try? pairs.rateDifference(level: level) }
        return try? pairs.difference(level: level)
    }

    private func detectable(_ difference: Estimate) -> Double? {
        try? PowerAnalysis()
            .detectableChange(probes: probes.count, design: design(difference))
    }

    private func probesNeeded(_ difference: Estimate, margin: Double) -> Int? {
        let needed = try? PowerAnalysis().probes(toDetect: margin, design: design(difference))
        return needed.map { max(1, $0 - probes.count) }
    }

    /// What each probe adds to the squared error, clustering included.
    private func design(_ difference: Estimate) throws(StatisticsError) -> PowerAnalysis.Design {
        let variance = difference.standardError * difference.standardError * Double(probes.count)
        return try .paired(
            differenceBetweenProbes: variance, baselineWithin: 0, candidateWithin: 0, samples: 1)
    }

    private static func pairs(
        _ probes: [ProbeReadings], by label: (ProbeReadings) -> String
    ) -> PairedSample? {
        func sample(_ values: (ProbeReadings) -> [Double]) throws -> ClusteredSample {
            try ClusteredSample(
                probes.flatMap(values),
                labels: probes.flatMap { probe in values(probe).map { _ in label(probe) } })
        }
        return try? PairedSample(baseline: sample(\.before), candidate: sample(\.after))
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
