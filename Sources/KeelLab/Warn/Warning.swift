internal import KeelStatistics

/// How monitors do on runs that their limits were not set on.
///
/// The limit for a run is a conformal threshold over the benign runs of other domains and other seeds.
public struct Warning: Hashable, Sendable, Codable {
    public struct Monitor: Hashable, Sendable, Codable {
        public var name: String
        /// Benign runs that could be scored, and the share of them that gave alarm; its interval is
        /// clustered by domain.
        public var benign: Int
        public var falseAlarms: Interval?
        /// The same of runs on rows of which some are wrong.
        public var bad: Int
        public var found: Interval?
        /// Median step of the alarms that were given in these; nil for none.
        public var step: Double?
    }

    /// Of false alarms, for which limits are set.
    public var rate: Double
    /// The direction first, then what it is compared with.
    public var monitors: [Monitor]
    /// By how many steps the direction comes before each of the others in bad runs; an alarm that never
    /// came counts as one step after the end.
    public var leads: [LabEffect]

    /// Nil without runs of both kinds, or with too few benign ones for any limit.
    package init?(_ runs: [MonitoredRun], rate: Double = 0.05) {
        guard runs.contains(where: \.isBad), runs.contains(where: { !$0.isBad }) else { return nil }
        self.rate = rate
        let names = [ArmMonitors.direction] + ArmMonitors.baselines
        let scored = names.map { name in runs.compactMap { Self.scored($0, name, runs, rate) } }
        guard scored.contains(where: { !$0.isEmpty }) else { return nil }
        monitors = zip(names, scored).map { Self.monitor($0, $1) }
        leads = []
        for (name, others) in zip(names, scored).dropFirst() {
            let lead = Self.lead(
                scored[0].filter(\.run.isBad), over: others.filter(\.run.isBad), name)
            if let lead { leads.append(lead) }
        }
    }

    /// A run and the step of its alarm; nil for no alarm.
    private struct Scored {
        var run: MonitoredRun
        var alarm: Int?
    }

    /// Nil where the benign runs of other domains and seeds are too few, or the run has no value.
    private static func scored(
        _ run: MonitoredRun, _ name: String, _ runs: [MonitoredRun], _ rate: Double
    ) -> Scored? {
        let sign = ArmMonitors.sign(of: name)
        let others = runs.filter { !$0.isBad && $0.domain != run.domain && $0.seed != run.seed }
        let furthest = others.compactMap { $0.peaks[name]?.last.map { sign * $0.value } }
        guard let own = run.peaks[name], !own.isEmpty,
            let limit = try? ConformalThreshold(furthest, rate: rate)
        else { return nil }
        return Scored(run: run, alarm: own.first { sign * $0.value > limit.value }?.step)
    }

    private static func monitor(_ name: String, _ scored: [Scored]) -> Monitor {
        func share(_ runs: [Scored]) -> Interval? {
            let alarms = runs.map { $0.alarm == nil ? 0.0 : 1 }
            let rate = try? ClusteredSample(alarms, labels: runs.map(\.run.domain)).rate()
            return rate.map {
                Interval($0.value, low: $0.interval.lowerBound, high: $0.interval.upperBound)
            }
        }
        let benign = scored.filter { !$0.run.isBad }
        let bad = scored.filter(\.run.isBad)
        let steps = bad.compactMap(\.alarm).sorted()
        let middle = steps.count / 2
        var median: Double?
        if !steps.isEmpty {
            median =
                Double(
                    steps.count.isMultiple(of: 2)
                        ? steps[middle - 1] + steps[middle] : 2 * steps[middle])
                / 2
        }
        return Monitor(
            name: name, benign: benign.count, falseAlarms: share(benign), bad: bad.count,
            found: share(bad), step: median)
    }

    private static func lead(_ runs: [Scored], over others: [Scored], _ name: String) -> LabEffect?
    {
        func key(_ run: MonitoredRun) -> String { "\(run.domain) \(run.seed)" }
        let known = Dictionary(others.map { (key($0.run), $0) }) { first, _ in first }
        let differences = runs.compactMap { own -> CrossedContrast.Difference? in
            guard let other = known[key(own.run)] else { return nil }
            let never = own.run.steps + 1
            return CrossedContrast.Difference(
                cluster: own.run.domain, repetition: "\(own.run.seed)", stratum: "runs",
                value: Double((other.alarm ?? never) - (own.alarm ?? never)))
        }
        guard let first = differences.first, let steps = runs.map(\.run.steps).max() else {
            return nil
        }
        let terms = [
            LabEffect.Term(1, Side(name)), LabEffect.Term(-1, Side(ArmMonitors.direction)),
        ]
        guard let contrast = try? CrossedContrast(differences, weights: ["runs": 1]) else {
            // Where all runs are alike, as where no monitor gives any alarm, nothing is shown either way.
            let most = Double(steps + 1)
            return LabEffect(
                terms: terms, measure: .lead,
                interval: Interval(first.value, low: -most, high: most), pValue: 1,
                seeds: Set(differences.map(\.repetition)).count,
                clusters: Set(differences.map(\.cluster)).count, observations: differences.count)
        }
        let estimate = contrast.estimate
        return LabEffect(
            terms: terms, measure: .lead,
            interval: Interval(
                estimate.value, low: estimate.interval.lowerBound,
                high: estimate.interval.upperBound),
            pValue: contrast.pValue, seeds: contrast.repetitions, clusters: estimate.clusters,
            observations: estimate.observations)
    }
}
