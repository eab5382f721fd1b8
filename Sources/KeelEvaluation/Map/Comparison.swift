import KeelStatistics

/// What changed between two runs of one suite, paired by probe.
///
/// A run compared with another of the same model under other seeds is the null: it must show no
/// difference, and the gaps, which do not depend on the seed, must be identical.
public struct Comparison: Hashable, Sendable, Codable {
    /// The fields in which the configurations differ, the seed included.
    public var differences: [RunConfig.Difference]
    /// Primary metrics, in the order of the suite.
    public var changes: [Change]
    /// The margin that was called negligible beforehand, if any.
    public var margin: Double?
    /// Why judged rates are not compared, where one of the runs has some.
    public var withheld: String?
    /// Why distances among answers are not compared, where the runs have different numbers of them.
    public var uneven: String?

    /// Compares the runs' primary metrics.
    ///
    /// P-values are adjusted by Holm's method over all metrics that are not identical, those of the
    /// targets and all others apart: what a change was made for is one question, what it did besides
    /// another. What each test asks is `Change.test`.
    /// - Parameters:
    ///   - baseline: The run before.
    ///   - candidate: The run after.
    ///   - margin: A change for the worse that would not matter, in each metric's own unit.
    ///   - targets: Ids of the dimensions that were meant to change, named before the runs.
    /// - Throws: `RunError.badMargin`, `.differentSuites`; what reading the runs throws.
    public init(
        of baseline: Run, with candidate: Run, margin: Double? = nil, targets: Set<String> = []
    ) throws {
        let readings = try RunPair(baseline, candidate)
        var adjusted = [Double?](repeating: nil, count: readings.tests.count)
        var tests = [Int](repeating: 0, count: readings.tests.count)
        for isTarget in [true, false] {
            let family = readings.metrics.indices.filter {
                targets.contains(readings.metrics[$0].dimension.id) == isTarget
            }
            let pValues = family.compactMap { readings.tests[$0] }
            var rest = try Multiplicity.holm(pValues)[...]
            for index in family {
                tests[index] = pValues.count
                if readings.tests[index] != nil { adjusted[index] = rest.popFirst() }
            }
        }
        try self.init(readings, adjusted: adjusted, tests: tests, margin: margin)
    }

    /// Compares several pairs of runs, p-values adjusted over the metrics of all of them.
    /// - Parameters:
    ///   - pairs: A run before and one after each.
    ///   - margin: As that of one comparison.
    /// - Returns: A comparison for each pair, in their order.
    /// - Throws: What a comparison throws.
    public static func family(
        _ pairs: [(baseline: Run, candidate: Run)], margin: Double? = nil
    ) throws -> [Comparison] {
        let readings = try pairs.map { try RunPair($0.baseline, $0.candidate) }
        let adjusted = try Multiplicity.holm(readings.flatMap { $0.tests.compactMap(\.self) })
        var rest = adjusted[...]
        return try readings.map { pair in
            try Comparison(
                pair, adjusted: pair.tests.map { $0 == nil ? nil : rest.popFirst() },
                tests: pair.tests.map { _ in adjusted.count }, margin: margin)
        }
    }

    /// - Parameters:
    ///   - readings: What the runs read.
    ///   - adjusted: A p-value for each metric; nil for one that was not tested.
    ///   - tests: For each metric, how many tests its p-value was adjusted for.
    ///   - margin: Above zero, or nil.
    /// - Throws: `RunError.badMargin`.
    private init(
        _ readings: RunPair, adjusted: [Double?], tests: [Int], margin: Double?
    ) throws(RunError) {
        if let margin, !(margin > 0) { throw RunError.badMargin(margin) }
        changes = readings.metrics.indices.map { index in
            readings.metrics[index].change(
                pValue: readings.tests[index], adjusted: adjusted[index], tests: tests[index],
                margin: margin)
        }
        withheld = readings.withheld
        uneven = readings.uneven
        differences = readings.differences
        self.margin = margin
    }

    /// What the runs' configurations have to say about the cause of a change, in a sentence.
    public var causes: String {
        let causes = differences.filter { $0.field != "seed" }
        return switch (causes.count, differences.count) {
        case (0, 0): "The runs were asked for in the same way, seed included."
        case (0, _): "Nothing but the seed differs between the runs."
        case (1, _): "The only difference found between the runs: \(causes[0])."
        default:
            "The runs differ in " + causes.map(\.description).joined(separator: ", ") + "."
        }
    }

    /// The changes that were found, for better, worse or neither.
    public var found: [Change] { changes.filter(\.verdict.isFound) }
}

/// The primary metrics that two runs share, and a test of each.
private struct RunPair {
    let metrics: [PairedReadings]
    /// Nil where the readings are identical, or too few to test.
    let tests: [Double?]
    let withheld: String?
    let uneven: String?
    let differences: [RunConfig.Difference]

    init(_ baseline: Run, _ candidate: Run) throws {
        try baseline.requireSameSuite(as: candidate)
        let judges = JudgePairing(try baseline.judged(), try candidate.judged())
        let before = Observations(
            of: baseline.suite, samples: baseline.config.samples, records: try baseline.records(),
            judged: judges.baseline)
        let after = Observations(
            of: candidate.suite, samples: candidate.config.samples,
            records: try candidate.records(), judged: judges.candidate)
        // A quick run has fewer probes than a full one; what both have is compared.
        let shared = baseline.config.quick ? baseline.suite : candidate.suite
        let isUneven = baseline.config.samples != candidate.config.samples
        uneven =
            isUneven
            ? Self.reason(shared.primaryMetrics.filter(\.measure.dependsOnSamples).map(\.metric))
            : nil
        metrics = shared.primaryMetrics.filter {
            judges.compares($0.measure) && !(isUneven && $0.measure.dependsOnSamples)
        }.map { dimension, measure, metric in
            PairedReadings(
                dimension, measure, metric, before.of(metric, in: dimension),
                after.of(metric, in: dimension))
        }
        tests = metrics.map { $0.isIdentical ? nil : $0.pValue }
        withheld = judges.withheld
        differences = baseline.config.differences(to: candidate.config)
    }

    /// Why metrics that read answers together are left out; nil where there are none.
    private static func reason(_ metrics: [Metric]) -> String? {
        guard !metrics.isEmpty else { return nil }
        var titles: [String] = []
        for metric in metrics where !titles.contains(metric.title) { titles.append(metric.title) }
        return "Not compared, since answers are set beside each other and the runs have different "
            + "numbers of them: \(titles.joined(separator: "; ")). Use the same --samples."
    }
}

extension Suite {
    /// What a comparison tests, in the order of the suite.
    package var primaryMetrics: [(dimension: Dimension, measure: Measure, metric: Metric)] {
        dimensions.flatMap { dimension in
            dimension.measures.flatMap { measure in
                measure.metrics.filter(\.isPrimary).map { (dimension, measure, $0) }
            }
        }
    }
}
