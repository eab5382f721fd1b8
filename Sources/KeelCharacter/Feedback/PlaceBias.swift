import KeelStatistics

/// What the places of two answers do to a model's preferences.
public struct PlaceBias: Hashable, Sendable, Codable {
    /// Pairs that were compared in both orders.
    public var pairs: Int
    /// Pairs in which the orders disagree: their preference is uncertain.
    public var uncertain: Int
    /// Share of orders in which the answer shown first won; 0.5 is no bias.
    ///
    /// Nil with fewer than two clusters.
    public var firstPlaceShare: Interval?
    /// Nats that the first place adds to the log-odds, on average; nil where all are the same.
    public var pull: Interval?
    /// Nats that it adds in every pair, where that is the same: then the spread says nothing.
    public var constantPull: Double?
    /// What the pairs answer, each counted once.
    public var clusters: Int

    /// - Parameters:
    ///   - scores: Pairs; those without two orders are left out.
    ///   - clusters: What each pair answers; pairs of one prompt are not independent.
    public init(_ scores: [PairScore], clusters: [some Hashable]) {
        let compared = zip(scores, clusters).filter { $0.0.second != nil }
        pairs = compared.count
        uncertain = compared.count { !$0.0.agrees }
        let picks = compared.flatMap { score, cluster in
            // A tie picks neither, and a share of picks has no room for it.
            [score.first, -(score.second ?? 0)].filter { $0 != 0 }.map { ($0 > 0, cluster) }
        }
        firstPlaceShare =
            (try? ClusteredSample(picks.map { $0.0 ? 1 : 0 }, labels: picks.map(\.1)).rate())
            .map(Interval.init)
        let pulls = compared.compactMap(\.0.placePull)
        pull = (try? ClusteredSample(pulls, labels: compared.map(\.1)).mean()).map(Interval.init)
        constantPull = pulls.first.flatMap { first in
            pulls.allSatisfy { abs($0 - first) <= 1e-9 * max(1, abs(first)) } ? first : nil
        }
        self.clusters = Set(compared.map(\.1)).count
    }

    /// Whether the pull's interval leaves out zero; where all pairs pull alike, whether six prompts or
    /// more do, which by the toss of a coin would be one set in 32.
    ///
    /// One test decides, so that a fair model is called biased in 5 % of sets at most.
    public var isShown: Bool {
        if let pull { return !pull.contains(0) }
        if let constantPull, constantPull != 0 { return clusters >= 6 }
        return firstPlaceShare.map { !$0.contains(0.5) } ?? false
    }
}
