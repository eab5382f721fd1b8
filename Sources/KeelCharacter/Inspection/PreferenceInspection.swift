import KeelStatistics

/// What a set of preferences teaches besides what it is meant to: the fine-grained preferences
/// hidden in rows of chosen and rejected answers.
///
/// Of each feature the differences between chosen and rejected are weighed into the odds of being
/// chosen (`PairedLogistic`), alone and beside all other features. A preference is found where its
/// p-value, adjusted by Holm's method over all features in both ways, is below 5 %.
public struct PreferenceInspection: Hashable, Sendable, Codable {
    /// An effect on the odds of being chosen.
    public struct Effect: Hashable, Sendable, Codable {
        /// Log-odds for one typical difference, the root of the mean square of those that there are.
        public var logOdds: Interval
        /// Not adjusted.
        public var pValue: Double
        /// Adjusted for all tests of the inspection.
        public var adjusted: Double

        var isFound: Bool { adjusted < PreferenceInspection.alpha }
    }

    /// What the tests say of a feature.
    public enum Verdict: String, Hashable, Sendable, Codable {
        case preferred, avoided
        /// Found alone and not beside the others: something that goes with it may be what counts.
        case shared
        case notFound = "not-found"
        /// Chosen and rejected differ in it under fewer than two prompts.
        case notSeen = "not-seen"
    }

    /// A feature, and what the preference does with it.
    public struct Feature: Hashable, Sendable, Codable {
        /// Id of the feature.
        public var id: String
        public var title: String
        /// Rows in which chosen has more of it, and in which rejected has.
        public var chosenHasMore: Int
        /// Rows in which rejected has more of it.
        public var rejectedHasMore: Int
        /// Chosen less rejected, on average, clustered by prompt; nil where all rows are alike.
        public var difference: Interval?
        /// What one typical difference is.
        public var typicalDifference: Double
        /// Nil where it was not seen.
        public var alone: Effect?
        /// Beside the other features; nil where it was not seen.
        public var beside: Effect?
        /// By both tests, adjusted.
        public var verdict: Verdict
        /// The rows that carry it: those that differ most in the direction of the preference.
        public var carriers: [Carrier]
    }

    /// A row that carries a feature.
    public struct Carrier: Hashable, Sendable, Codable {
        /// Where it stands, such as `rows.jsonl:3`.
        public var place: String
        /// Chosen less rejected.
        public var difference: Double
    }

    /// All that were read.
    public var rows: Int
    /// Different ones; rows of one are not independent.
    public var prompts: Int
    /// In the order in which they were asked for.
    public var features: [Feature]

    /// At which an adjusted p-value counts as found.
    public static let alpha = 0.05

    /// - Parameters:
    ///   - pairs: The rows.
    ///   - features: What is looked for.
    ///   - measured: What was measured of each row beforehand, looked for as well.
    ///   - carriers: How many rows to name for each feature.
    ///   - resamples: Sign assignments that are drawn for a test.
    ///   - seed: Of these draws.
    ///   - progress: Called after each feature, with how many are done and of how many.
    /// - Throws: `StatisticsError.empty` without rows; `.lengthsDiffer` for a measured feature that
    ///   has not a difference for each row; `.notFinite`; `CancellationError`.
    public init(
        _ pairs: [PreferencePair], features: [TextFeature] = TextFeature.catalogue,
        measured: [MeasuredFeature] = [], carriers: Int = 5, resamples: Int = 10_000,
        seed: UInt64 = 0, progress: (Int, Int) -> Void = { _, _ in }
    ) throws {
        guard !pairs.isEmpty else { throw StatisticsError.empty(what: "rows") }
        for one in measured {
            guard one.differences.count == pairs.count else {
                throw StatisticsError.lengthsDiffer(
                    first: "rows", firstCount: pairs.count,
                    second: "differences of \(one.title)", secondCount: one.differences.count)
            }
            if let index = one.differences.firstIndex(where: { !$0.isFinite }) {
                throw StatisticsError.notFinite(what: "difference of \(one.title)", index: index)
            }
        }
        let columns = FeatureDifferences(pairs, features, measured)
        let names =
            features.map { (id: $0.id, title: $0.title) }
            + measured.map { (id: $0.id, title: $0.title) }
        let probabilities = pairs.map(\.probability)
        let labels = pairs.map(\.prompt)
        let seen = columns.seen
        var generator = SeededGenerator(seed: seed)
        var tests: [(alone: (Estimate, Double), beside: (Estimate, Double))] = []
        let all = seen.map { columns.scaled[$0] }
        let joint =
            try seen.isEmpty
            ? nil : PairedLogistic(differences: all, probabilities: probabilities, labels: labels)
        for (number, column) in all.enumerated() {
            try Task.checkCancellation()
            guard let joint else { break }
            let single = try PairedLogistic(
                differences: [column], probabilities: probabilities, labels: labels)
            let alone = try single.pValue(of: 0, resamples: resamples, using: &generator)
            let beside = try joint.pValue(of: number, resamples: resamples, using: &generator)
            tests.append(((single.coefficients[0], alone), (joint.coefficients[number], beside)))
            progress(number + 1, all.count)
        }
        let adjusted = try Multiplicity.holm(tests.flatMap { [$0.alone.1, $0.beside.1] })
        rows = pairs.count
        prompts = Set(labels).count
        self.features = names.enumerated().map { index, name in
            let effects = seen.firstIndex(of: index).map { number in
                (
                    Effect(tests[number].alone, adjusted: adjusted[2 * number]),
                    Effect(tests[number].beside, adjusted: adjusted[2 * number + 1])
                )
            }
            return Feature(
                name, columns.raw[index], typical: columns.typical[index], pairs: pairs,
                alone: effects?.0, beside: effects?.1, carriers: carriers)
        }
    }

    /// The preferences that were found, the strongest first.
    public var found: [Feature] {
        func strength(_ feature: Feature) -> Double { abs(feature.beside?.logOdds.value ?? 0) }
        return features.filter { $0.verdict == .preferred || $0.verdict == .avoided }
            .sorted { strength($0) > strength($1) }
    }
}

/// What chosen has of each feature, less what rejected has.
private struct FeatureDifferences {
    /// A list for each feature, in the feature's unit.
    let raw: [[Double]]
    /// The root mean square of each feature's differences that are not zero.
    let typical: [Double]
    /// Features that differ under at least two prompts.
    let seen: [Int]

    /// In typical differences.
    var scaled: [[Double]] {
        zip(raw, typical).map { column, unit in column.map { unit > 0 ? $0 / unit : 0 } }
    }

    init(
        _ pairs: [PreferencePair], _ features: [TextFeature], _ measured: [MeasuredFeature]
    ) {
        var raw = features.map { _ in [Double]() }
        for pair in pairs {
            let chosen = TextFeature.Answer(prompt: pair.prompt, text: pair.chosen)
            let rejected = TextFeature.Answer(prompt: pair.prompt, text: pair.rejected)
            for (index, feature) in features.enumerated() {
                raw[index].append(feature.measure(chosen) - feature.measure(rejected))
            }
        }
        raw += measured.map(\.differences)
        self.raw = raw
        typical = raw.map { column in
            let different = column.filter { $0 != 0 }
            let squares = different.reduce(0) { $0 + $1 * $1 }
            return different.isEmpty ? 0 : (squares / Double(different.count)).squareRoot()
        }
        seen = raw.indices.filter { index in
            Set(zip(raw[index], pairs).filter { $0.0 != 0 }.map(\.1.prompt)).count > 1
        }
    }
}

extension PreferenceInspection.Effect {
    fileprivate init(_ test: (Estimate, Double), adjusted: Double) {
        logOdds = Interval(test.0)
        pValue = test.1
        self.adjusted = adjusted
    }
}

extension PreferenceInspection.Feature {
    fileprivate init(
        _ name: (id: String, title: String), _ differences: [Double], typical: Double,
        pairs: [PreferencePair], alone: PreferenceInspection.Effect?,
        beside: PreferenceInspection.Effect?, carriers: Int
    ) {
        id = name.id
        title = name.title
        chosenHasMore = differences.count { $0 > 0 }
        rejectedHasMore = differences.count { $0 < 0 }
        difference = (try? ClusteredSample(differences, labels: pairs.map(\.prompt)).mean())
            .map(Interval.init)
        typicalDifference = typical
        self.alone = alone
        self.beside = beside
        let sign: Double
        if let beside, beside.isFound {
            sign = beside.logOdds.value
            verdict = sign > 0 ? .preferred : .avoided
        } else {
            sign = alone?.logOdds.value ?? 0
            verdict = alone.map { $0.isFound ? .shared : .notFound } ?? .notSeen
        }
        self.carriers = zip(differences, pairs).filter { $0.0 * sign > 0 }
            .sorted { abs($0.0) > abs($1.0) }.prefix(carriers)
            .map { .init(place: $0.1.place, difference: $0.0) }
    }
}
