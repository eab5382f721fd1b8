internal import KeelStatistics

/// How monitors do on runs that their limits were not set on.
///
/// The limit for a run is a conformal threshold over the benign runs of other domains and other seeds.
public struct Warning: Hashable, Sendable, Codable {
    /// One monitor: its false alarms and what it found.
    public struct Monitor: Hashable, Sendable, Codable {
        /// As runs name it.
        public var name: String
        /// Benign runs that could be scored, and the share of them that gave alarm; its interval is
        /// clustered by domain.
        public var benign: Int
        /// Share of the benign runs that gave alarm; nil where there are too few.
        public var falseAlarms: Interval?
        /// Runs on rows of which some are wrong, by how many.
        public var doses: [Dose]
        /// Mean share of its work in the time of the steps.
        public var cost: Double?
    }

    /// Runs of one share of wrong rows.
    public struct Dose: Hashable, Sendable, Codable {
        /// Of the rows that are wrong.
        public var percent: Int
        /// Those that could be scored.
        public var runs: Int
        /// Share that gave alarm.
        public var found: Interval?
        /// Median step of the alarms that were given; nil for none.
        public var step: Double?
    }

    /// By how many steps the direction comes before another monitor in bad runs; an alarm that never came
    /// counts as one step after the end.
    public struct Lead: Hashable, Sendable, Codable {
        /// Name of the other monitor.
        public var over: String
        /// Steps by which the direction came first, with its interval.
        public var effect: LabEffect
        /// Runs in which the direction was first, in which both came at one step or neither came, and in which
        /// the other was first.
        public var earlier: Int
        /// Runs in which both came at one step, or neither came.
        public var same: Int
        /// Runs in which the other was first.
        public var later: Int
    }

    /// Of false alarms, for which limits are set.
    public var rate: Double
    /// The direction first, then what it is compared with.
    public var monitors: [Monitor]
    /// One for each other monitor.
    public var leads: [Lead]

    /// Nil without runs of both kinds, or with too few benign ones for any limit.
    package init?(_ runs: [MonitoredRun], rate: Double = 0.05) {
        guard runs.contains(where: \.isBad), runs.contains(where: { !$0.isBad }) else { return nil }
        let names = [ArmMonitors.direction] + ArmMonitors.baselines
        let scored = names.map { name in runs.compactMap { Self.scored($0, name, runs, rate) } }
        guard scored.contains(where: { !$0.isEmpty }) else { return nil }
        self.rate = rate
        monitors = zip(names, scored).map { Self.monitor($0, $1) }
        let direction = scored[0].filter(\.run.isBad)
        leads = zip(names, scored).dropFirst().compactMap { name, others in
            Self.lead(direction, over: others.filter(\.run.isBad), name)
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
        let benign = scored.filter { !$0.run.isBad }
        let doses = Set(scored.filter(\.run.isBad).map(\.run.percent)).sorted().map { percent in
            let own = scored.filter { $0.run.percent == percent }
            return Dose(
                percent: percent, runs: own.count, found: share(own),
                step: median(own.compactMap(\.alarm)))
        }
        let costs = scored.compactMap { $0.run.costs[name] }
        return Monitor(
            name: name, benign: benign.count, falseAlarms: share(benign), doses: doses,
            cost: costs.isEmpty ? nil : costs.reduce(0, +) / Double(costs.count))
    }

    /// Of runs that gave alarm, clustered by domain.
    private static func share(_ runs: [Scored]) -> Interval? {
        let alarms = runs.map { $0.alarm == nil ? 0.0 : 1 }
        guard let rate = try? ClusteredSample(alarms, labels: runs.map(\.run.domain)).rate() else {
            return nil
        }
        return Interval(rate.value, low: rate.interval.lowerBound, high: rate.interval.upperBound)
    }

    private static func median(_ steps: [Int]) -> Double? {
        guard !steps.isEmpty else { return nil }
        let sorted = steps.sorted().map(Double.init)
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    private static func lead(_ runs: [Scored], over others: [Scored], _ name: String) -> Lead? {
        func key(_ run: MonitoredRun) -> String { "\(run.domain) \(run.seed) \(run.percent)" }
        let known = Dictionary(others.map { (key($0.run), $0) }) { first, _ in first }
        /// Beside g, which is read seldom, an alarm counts from g's next reading on: else reading more often
        /// would be a lead.
        func alarm(_ own: Scored) -> Int? {
            guard name == ArmMonitors.gap, let step = own.alarm else { return own.alarm }
            let every = own.run.every
            return min(own.run.steps, (step + every - 1) / every * every)
        }
        let differences = runs.compactMap { own -> CrossedContrast.Difference? in
            guard let other = known[key(own.run)] else { return nil }
            let never = own.run.steps + 1
            return CrossedContrast.Difference(
                cluster: own.run.domain, repetition: "\(own.run.seed)", stratum: "runs",
                value: Double((other.alarm ?? never) - (alarm(own) ?? never)))
        }
        guard let first = differences.first, let steps = runs.map(\.run.steps).max() else {
            return nil
        }
        let contrast = try? CrossedContrast(differences, weights: ["runs": 1])
        // Where all runs are alike, as where no monitor gives any alarm, nothing is shown either way.
        let most = Double(steps + 1)
        let interval =
            contrast.map {
                Interval(
                    $0.estimate.value, low: $0.estimate.interval.lowerBound,
                    high: $0.estimate.interval.upperBound)
            } ?? Interval(first.value, low: -most, high: most)
        let effect = LabEffect(
            terms: [
                LabEffect.Term(1, Side(name)), LabEffect.Term(-1, Side(ArmMonitors.direction)),
            ], measure: .lead, interval: interval, pValue: contrast?.pValue ?? 1,
            seeds: Set(differences.map(\.repetition)).count,
            clusters: Set(differences.map(\.cluster)).count, observations: differences.count)
        return Lead(
            over: name, effect: effect, earlier: differences.count { $0.value > 0 },
            same: differences.count { $0.value == 0 }, later: differences.count { $0.value < 0 })
    }
}
