/// McNemar's exact test on yes/no answers to the same probes.
///
/// Only probes whose answer changed speak. It takes each probe as independent; with several
/// probes or samples to a cluster, use `PairedSample`.
public struct McNemarTest: Hashable, Sendable {
    /// Probes with a yes from the candidate alone.
    public let gained: Int
    /// Probes with a yes from the baseline alone.
    public let lost: Int

    /// Takes the two discordant counts.
    /// - Throws: `StatisticsError.outOfRange` for a count below 0.
    public init(gained: Int, lost: Int) throws(StatisticsError) {
        for (name, count) in [("number gained", gained), ("number lost", lost)] where count < 0 {
            throw .outOfRange(name: name, value: Double(count), expected: "at least 0")
        }
        self.gained = gained
        self.lost = lost
    }

    /// Counts the changes between two lists of answers in the same order.
    /// - Throws: `StatisticsError.lengthsDiffer` or `.empty`.
    public init(baseline: [Bool], candidate: [Bool]) throws(StatisticsError) {
        try requireSameCount(
            baseline.count, "baseline answers", candidate.count, "candidate answers")
        gained = zip(baseline, candidate).count { !$0 && $1 }
        lost = zip(baseline, candidate).count { $0 && !$1 }
    }

    /// The two-sided exact p-value; 1 when no answer changed.
    public var pValue: Double {
        // I_½(m, k + 1) with k + m = n is the binomial tail P(X <= k) at ½.
        let fewer = Double(min(gained, lost))
        let more = Double(max(gained, lost))
        guard more > fewer else { return 1 }
        return min(1, 2 * regularizedIncompleteBeta(more, fewer + 1, x: 0.5))
    }
}
