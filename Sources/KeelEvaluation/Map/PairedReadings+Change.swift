import KeelStatistics

extension PairedReadings {
    /// At which an adjusted p-value counts as a change that was found.
    static let alpha = 0.05

    /// What the readings say, given the test.
    ///
    /// - Parameters:
    ///   - pValue: That of the metric, or nil where nothing was tested.
    ///   - adjusted: The same, adjusted for all tests of the comparison.
    ///   - tests: How many tests that are.
    ///   - margin: Above zero.
    /// - Returns: The change with its verdict.
    func change(pValue: Double?, adjusted: Double?, tests: Int, margin: Double?) -> Change {
        let old = value(\.before)
        let new = value(\.after)
        let estimate = difference(level: 0.95)
        var change = Change(
            dimension: dimension.id, title: dimension.title, metric: metric, baseline: old,
            candidate: new, difference: old.flatMap { old in new.map { $0 - old } },
            interval: estimate?.interval, pValue: pValue, adjustedPValue: adjusted,
            test: pValue.map { _ in byProbe == nil ? .probes : .answers }, verdict: .notEnoughData,
            detectable: detectable(estimate, tests: tests), samplesNeeded: nil, probesNeeded: nil,
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
            let more = estimate.map { MoreData(for: self, difference: $0, margin: margin) }
            change.samplesNeeded = more?.samples
            change.probesNeeded = more?.probes
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
        guard byCluster != nil else { return false }
        let interval = difference(level: 0.9)?.interval ?? change...change
        return switch metric.better {
        case .higher: interval.lowerBound > -margin
        case .lower: interval.upperBound < margin
        case .zero, nil: interval.lowerBound > -margin && interval.upperBound < margin
        }
    }

    /// The change that the metric's test, adjusted for all of them, finds four times in five.
    private func detectable(_ difference: Estimate?, tests: Int) -> Double? {
        let error =
            byProbe.map { try? $0.relabellingError(per: metric.per) }
            ?? difference.map(\.standardError)
        guard let error, error > 0 else { return nil }
        return try? PowerAnalysis(alpha: Self.alpha / Double(max(1, tests)))
            .detectableChange(standardError: error)
    }
}
