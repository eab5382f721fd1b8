import KeelStatistics

/// How many more samples, or how many more probes, would show that a margin is kept.
///
/// The squared error of a difference has a part that falls with the samples of a probe and a part
/// that only more probes make smaller. Each count is what brings the error to where a model that
/// did not change would be called no worse four times in five, if more data spread as these do.
struct MoreData {
    /// For each probe and run; nil where no number of them would do.
    var samples: Int?
    var probes: Int?

    /// - Parameters:
    ///   - readings: What there is.
    ///   - difference: Its difference with an interval of 95 %.
    ///   - margin: Above zero.
    init(for readings: PairedReadings, difference: Estimate, margin: Double) {
        // The interval's width says how much is open, the two variances in which parts: a standard
        // error alone may be 0 where no event was seen.
        let width = difference.interval.upperBound - difference.interval.lowerBound
        guard let power = try? PowerAnalysis(alpha: 2 * PairedReadings.alpha),
            let multiple = try? power.detectableChange(standardError: 1),
            let z = try? NormalDistribution.quantile(0.975)
        else { return }
        let squaredError = width * width / (4 * z * z)
        let goal = margin * margin / (multiple * multiple)
        // Where nothing varies at all, answers are as good a guess as any.
        let drawn = readings.samplingVariance(\.before) + readings.samplingVariance(\.after)
        let clustered = difference.standardError * difference.standardError
        let fromSamples = squaredError * (clustered > drawn ? drawn / clustered : 1)
        let fromProbes = squaredError - fromSamples
        let asked = readings.samplesAProbe
        if readings.byProbe != nil, fromSamples > 0, goal > fromProbes {
            samples = Self.whole(asked * (fromSamples / (goal - fromProbes) - 1))
        }
        probes = Self.whole(Double(readings.probes.count) * (squaredError / goal - 1))
    }

    private static func whole(_ count: Double) -> Int? {
        Int(exactly: max(1, count.rounded(.up)))
    }
}

extension PairedReadings {
    /// The readings of the probe that has most.
    fileprivate var samplesAProbe: Double {
        Double(probes.reduce(0) { max($0, $1.before.count, $1.after.count) })
    }

    /// The part of an arm's squared error that stems from the answers drawn to its probes.
    fileprivate func samplingVariance(_ arm: KeyPath<ProbeReadings, [Observation]>) -> Double {
        let exposure = probes.reduce(0) { sum, probe in
            sum + probe[keyPath: arm].reduce(0) { $0 + $1.exposure }
        }
        guard exposure > 0, let value = value(arm) else { return 0 }
        let ratio = value / metric.per
        let squares = probes.reduce(0.0) { sum, probe in
            let scores = probe[keyPath: arm].map { $0.value - ratio * $0.exposure }
            guard scores.count > 1 else { return sum }
            let count = Double(scores.count)
            let mean = scores.reduce(0, +) / count
            let spread = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
            return sum + count * spread
        }
        return squares * metric.per * metric.per / (exposure * exposure)
    }
}
