import KeelStatistics

/// What the held-out cases say about a patch.
public struct PatchEvidence: Hashable, Sendable, Codable {
    /// Shares of answers that are as wanted, without the patch and with it.
    public var before: Double
    /// The share of answers as wanted with the patch.
    public var after: Double
    /// The share with the patch less that without it, paired by cluster, at the gate's level.
    public var difference: Interval
    /// The chance of an error that was spent on this test.
    public var alpha: Double
    /// Held-out cases that were asked.
    public var cases: Int
    /// Clusters of these, which the interval is clustered by.
    public var clusters: Int

    /// Whether the interval lies above zero.
    public var isShown: Bool { difference.low > 0 }
}

/// Decides whether a patch helps on cases that its author has not seen.
///
/// The `k`-th test of a prompt has an interval of level `1 − α/(k(k + 1))`. These parts of α add up to
/// less than α however many patches are tried, so the chance that any patch without effect is
/// accepted stays below α; below a half of it, in fact, since only the upper side accepts.
public struct PatchGate: Hashable, Sendable {
    /// The chance of any wrong acceptance that the gate allows, above 0 and below 1.
    public let alpha: Double

    /// - Throws: `CharacterError.setting` unless alpha is above 0 and at most 0.5.
    public init(alpha: Double = 0.05) throws(CharacterError) {
        guard alpha > 0, alpha <= 0.5 else {
            throw .setting(name: "alpha", value: "\(alpha)", expected: "above 0 and at most 0.5")
        }
        self.alpha = alpha
    }

    /// What may be spent on a test.
    /// - Parameter attempt: Counted from 1, over all tests of a prompt.
    /// - Returns: The chance of an error that its interval has.
    public func alpha(ofAttempt attempt: Int) -> Double {
        alpha / (Double(attempt) * Double(attempt + 1))
    }

    /// Pairs the outcomes by cluster; a case that one side lacks is left out.
    /// - Parameters:
    ///   - before: Without the patch.
    ///   - after: With it.
    ///   - attempt: Counted from 1.
    /// - Returns: Shares, and the interval of their difference.
    /// - Throws: `StatisticsError.tooFewClusters` with fewer than two.
    public func evidence(
        from before: [CaseOutcome], to after: [CaseOutcome], attempt: Int
    ) throws -> PatchEvidence {
        let old = before.filter { !$0.answers.isEmpty }
        let there = Set(old.map(\.id))
        let new = after.filter { there.contains($0.id) && !$0.answers.isEmpty }
        let both = Set(new.map(\.id))
        // In the order of the same list, so that clusters stand alike on both sides.
        let order = old.map(\.id).filter(both.contains)
        func sample(_ outcomes: [CaseOutcome]) throws -> ClusteredSample {
            let byID = Dictionary(outcomes.map { ($0.id, $0) }) { first, _ in first }
            let cases = order.compactMap { byID[$0] }
            return try ClusteredSample(
                cases.flatMap { $0.answers.map { $0.passes ? 1 : 0 } },
                labels: cases.flatMap { one in one.answers.map { _ in one.cluster } })
        }
        let pair = try PairedSample(baseline: sample(old), candidate: sample(new))
        let spent = alpha(ofAttempt: attempt)
        let difference = try pair.rateDifference(level: 1 - spent)
        func share(_ sample: ClusteredSample) -> Double {
            let values = sample.clusters.flatMap(\.self)
            return values.reduce(0, +) / Double(values.count)
        }
        return PatchEvidence(
            before: share(pair.baseline), after: share(pair.candidate),
            difference: Interval(difference), alpha: spent, cases: order.count,
            clusters: pair.baseline.clusters.count)
    }
}
