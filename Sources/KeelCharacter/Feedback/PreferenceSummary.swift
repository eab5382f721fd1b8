import KeelLanguage
import KeelStatistics

/// What a set of preferences holds, and what each principle changed in it.
public struct PreferenceSummary: Hashable, Sendable, Codable {
    /// What one principle changed in the data.
    public struct PrincipleEffect: Hashable, Sendable, Codable {
        /// Id of the principle.
        public var principle: String
        /// Rows that it decided.
        public var rows: Int
        /// Rows in which the orders disagree.
        public var uncertain: Int
        /// Mean probability of the chosen answer; 0.5 teaches nothing.
        public var meanProbability: Double
        /// Words of chosen less words of rejected, on average, clustered by prompt; nil with
        /// fewer than two prompts, or without any spread.
        public var addedWords: Interval?
        /// What chosen has more or less of than rejected, and not by chance, the surest first.
        public var shifts: [FeatureShift]
    }

    /// A feature in which a principle's chosen answers differ from those that it rejected.
    public struct FeatureShift: Hashable, Sendable, Codable {
        /// Id of the feature.
        public var feature: String
        public var title: String
        /// Chosen less rejected, on average.
        public var difference: Double
        /// Its interval, clustered by prompt; nil where all prompts differ alike.
        public var interval: Interval?
        /// Sign flips of prompts, adjusted by Holm's method over all features of all principles.
        public var adjusted: Double
    }

    /// All of them.
    public var rows: Int
    /// Rows by how their answers came about.
    public var origins: [PreferenceRecord.Origin: Int]
    /// In the order in which rows name them.
    public var principles: [PrincipleEffect]
    /// Over how many tests the shifts are adjusted.
    public var tests: Int

    /// - Parameters:
    ///   - records: Clustered by what they were asked.
    ///   - features: What a principle may have changed.
    public init(
        _ records: [PreferenceRecord], features: [TextFeature] = TextFeature.catalogue
    ) {
        rows = records.count
        origins = Dictionary(records.map { ($0.origin, 1) }, uniquingKeysWith: +)
        var names: [String] = []
        for name in records.compactMap(\.principle) where !names.contains(name) {
            names.append(name)
        }
        let own = names.map { name in records.filter { $0.principle == name } }
        let shifts = ShiftTests(own, features)
        tests = shifts.count
        principles = zip(names, own).enumerated().map { number, one in
            PrincipleEffect(
                principle: one.0, rows: one.1.count,
                uncertain: one.1.count { $0.agreement == .uncertain },
                meanProbability: one.1.reduce(0) { $0 + $1.chosenProbability }
                    / Double(one.1.count),
                addedWords: (try? ClusteredSample(
                    one.1.map { Double($0.addedWords) }, labels: one.1.map(\.prompt)
                ).mean()).map(Interval.init), shifts: shifts.found[number])
        }
    }
}

/// Paired tests of each feature under each principle.
private struct ShiftTests {
    private(set) var count = 0
    /// A list for each principle.
    private(set) var found: [[PreferenceSummary.FeatureShift]]

    private struct Test {
        var principle: Int
        var feature: TextFeature
        var pair: PairedSample
    }

    init(_ records: [[PreferenceRecord]], _ features: [TextFeature]) {
        found = records.map { _ in [] }
        let tests = records.enumerated().flatMap { Self.tests($0.offset, $0.element, features) }
        count = tests.count
        // So many draws that the smallest p-value stays below 5 % when it is adjusted.
        let resamples = max(10_000, 50 * tests.count)
        var generator = SeededGenerator(seed: 0)
        let pValues = tests.map {
            (try? $0.pair.signFlipPValue(resamples: resamples, using: &generator)) ?? 1
        }
        let adjusted = (try? Multiplicity.holm(pValues)) ?? pValues.map { _ in 1 }
        for (test, adjusted) in zip(tests, adjusted) where adjusted < PreferenceInspection.alpha {
            let (before, after) = (test.pair.baseline, test.pair.candidate)
            let interval = (try? test.pair.difference()).map(Interval.init)
            found[test.principle].append(
                .init(
                    feature: test.feature.id, title: test.feature.title,
                    difference: interval?.value
                        ?? (after.clusters.joined().reduce(0, +)
                            - before.clusters.joined().reduce(0, +)) / Double(before.observations),
                    interval: interval, adjusted: adjusted))
        }
        for index in found.indices { found[index].sort { $0.adjusted < $1.adjusted } }
    }

    /// Features that differ under at least two prompts; others could not be found.
    private static func tests(
        _ principle: Int, _ records: [PreferenceRecord], _ features: [TextFeature]
    ) -> [Test] {
        let prompts = records.map(\.prompt)
        func answers(_ side: KeyPath<PreferenceRecord, [Message]>) -> [TextFeature.Answer] {
            records.map { record in
                TextFeature.Answer(
                    prompt: record.prompt.map(\.content).joined(separator: "\n"),
                    text: record[keyPath: side].map(\.content).joined(separator: "\n"))
            }
        }
        let (chosen, rejected) = (answers(\.chosen), answers(\.rejected))
        return features.compactMap { feature in
            let (after, before) = (chosen.map(feature.measure), rejected.map(feature.measure))
            let differing = zip(zip(before, after), prompts).filter { $0.0.0 != $0.0.1 }.map(\.1)
            guard Set(differing).count > 1,
                let baseline = try? ClusteredSample(before, labels: prompts),
                let candidate = try? ClusteredSample(after, labels: prompts),
                let pair = try? PairedSample(baseline: baseline, candidate: candidate)
            else { return nil }
            return Test(principle: principle, feature: feature, pair: pair)
        }
    }
}
