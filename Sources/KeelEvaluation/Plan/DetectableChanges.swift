import Foundation
import KeelStatistics

/// What a comparison could find, computed before anything is asked.
///
/// For each measure that a comparison tests: the smallest change between two runs that it would
/// find four times in five, with the test and the adjustment that `Comparison` uses. Normal
/// approximations; with few clusters the truth is somewhat larger.
public struct DetectableChanges: Hashable, Sendable, Codable {
    /// One measure's smallest detectable changes, in its unit.
    public struct Row: Hashable, Sendable, Codable {
        /// Id of the dimension.
        public var dimension: String
        /// The dimension's title.
        public var title: String
        public var metric: Metric
        /// Probes that the measure reads.
        public var probes: Int
        /// What a comparison will ask of the measure.
        public var test: Change.Test
        /// Nil where nothing is known of how much the measure varies.
        public var asked: Double?
        /// With twice the samples a probe; the same as asked where nothing is sampled.
        public var twiceSamples: Double?
        /// With twice the probes.
        public var twiceProbes: Double?
        /// The smallest change that would be found on other probes like these too.
        public var elsewhere: Double?
        /// Of the variance of one reading, the part between probes, from 0 to 1; the rest lies
        /// between the samples of a probe.
        public var betweenProbes: Double?
        /// Whether the variances are those of a run, not assumed.
        public var isMeasured: Bool
    }

    /// Variances of one reading: what planning rests on.
    struct Spread {
        var between: Double
        var within: Double
    }

    /// Answers to each probe that are planned.
    public var samples: Int
    /// How many tests a comparison will adjust for.
    public var tests: Int
    /// What was taken for granted, a sentence each.
    public var assumptions: [String]
    /// In the order of the suite.
    public var rows: [Row]

    /// Plans two runs of a suite.
    ///
    /// - Parameters:
    ///   - suite: The part that will be asked.
    ///   - samples: Answers to each sampled probe, in each run.
    ///   - run: A run of the suite whose variances are used, if there is one.
    /// - Throws: `RunError.noSamplesAsked`, `.differentSuites`; what reading the run throws.
    public init(of suite: Suite, samples: Int, like run: Run? = nil) throws {
        guard samples >= 1 else { throw RunError.noSamplesAsked(samples) }
        if let run, run.suite.name != suite.name {
            throw RunError.differentSuites(run.suite.name, suite.name)
        }
        let observations = try run.map {
            Observations(of: $0.suite, samples: $0.config.samples, records: try $0.records())
        }
        let metrics = suite.primaryMetrics
        self.samples = samples
        tests = metrics.count
        let power = try PowerAnalysis(alpha: PairedReadings.alpha / Double(max(1, metrics.count)))
        rows = metrics.map { dimension, measure, metric in
            let readings = observations?.of(metric, in: dimension) ?? []
            let measured = Spread(measuredIn: readings, per: metric.per)
            let probes = dimension.probes.count { measure.reads($0, in: dimension) }
            var row = Row(
                dimension: dimension.id, title: dimension.title, metric: metric, probes: probes,
                test: measure.readsAnswersApart ? .answers : .probes, isMeasured: measured != nil)
            guard let spread = measured ?? Spread(assumedFor: measure, metric), probes > 0 else {
                return row
            }
            row.betweenProbes = spread.between / (spread.between + spread.within)
            func error(_ test: Change.Test, _ samples: Int, _ probes: Int) -> Double {
                let drawn = 2 * spread.within / Double(samples)
                let uneven = test == .answers ? 0 : Self.unevenness * spread.between
                return ((uneven + drawn) / Double(probes)).squareRoot()
            }
            func change(_ samples: Int, _ probes: Int) -> Double? {
                try? power.detectableChange(standardError: error(row.test, samples, probes))
            }
            row.asked = change(samples, probes)
            row.twiceSamples = change(2 * samples, probes)
            row.twiceProbes = change(samples, 2 * probes)
            row.elsewhere = try? power.detectableChange(
                standardError: error(.probes, samples, probes))
            return row
        }
        assumptions = Self.assumptions(rows, tests: metrics.count, run: run)
    }

    /// The variance over probes of a change, as a part of that of the level.
    static let unevenness = 0.5

    private static func assumptions(_ rows: [Row], tests: Int, run: Run?) -> [String] {
        var lines = [
            "A change counts as found when its p-value is below 5 % after adjusting for \(tests) "
                + "tests; the smallest is what is found four times in five.",
            "Over probes, a change varies half as much (in variance) as the level does.",
        ]
        if let run {
            lines.append("Variances are those of \(run.folder.lastPathComponent).")
        }
        if rows.contains(where: { !$0.isMeasured && $0.asked != nil }) {
            lines.append(
                (run == nil ? "Nothing was measured" : "Where that run shows no variance")
                    + ": gaps vary by 1 nat per token between probes; 30 % of answers show what is "
                    + "looked for, a counter hits 0.3 times a reply in clumps of 1.5, and of their "
                    + "variance a fifth lies between probes.")
        }
        if rows.contains(where: { $0.asked == nil }) {
            lines.append("Where no number stands, only a former run can tell (--like RUN).")
        }
        return lines
    }
}

extension DetectableChanges.Spread {
    /// Nil where the readings show no variance.
    init?(measuredIn readings: [Observation], per scale: Double) {
        let exposure = readings.reduce(0) { $0 + $1.exposure }
        guard exposure > 0 else { return nil }
        let ratio = readings.reduce(0) { $0 + $1.value } / exposure
        let unit = exposure / Double(readings.count)
        let scores = readings.map { ($0.value - ratio * $0.exposure) / unit * scale }
        guard let sample = try? ClusteredSample(scores, labels: readings.map(\.probe)) else {
            return nil
        }
        if let components = try? VarianceComponents(sample) {
            self.init(between: components.between, within: components.within)
        } else {
            // One reading a probe: there is nothing within.
            let mean = scores.reduce(0, +) / Double(scores.count)
            let squares = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            self.init(between: squares / Double(scores.count - 1), within: 0)
        }
        guard between + within > 0 else { return nil }
    }

    /// What is assumed where nothing was measured; nil for measures whose unit says nothing.
    init?(assumedFor measure: Measure, _ metric: Metric) {
        let rate = 0.3
        switch (metric.scale, measure.kind) {
        case (.share, _):
            self.init(between: 0.2 * rate * (1 - rate), within: 0.8 * rate * (1 - rate))
        case (.count, _): self.init(between: 0.2 * rate * 1.5, within: 0.8 * rate * 1.5)
        case (_, .gap): self.init(between: 1, within: 0)
        case (_, .mirror) where measure.quantity == .gap: self.init(between: 1, within: 0)
        default: return nil
        }
    }
}

extension Measure {
    /// Whether the probe is read by this measure.
    func reads(_ probe: Probe, in dimension: Dimension) -> Bool {
        switch kind {
        case .gap: dimension.scores(probe)
        case .mirror: probe.mirrors != nil
        case .drift: dimension.scoresEnd(probe)
        case .talk: !probe.talk.isEmpty && probe.hasRule
        case .rule, .counter, .variety, .length, .judge: needsAnswers(to: probe)
        }
    }
}
