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
        pull =
            (try? ClusteredSample(
                compared.compactMap(\.0.placePull), labels: compared.map(\.1)
            ).mean()).map(Interval.init)
    }

    /// Whether the pull's interval leaves out zero; the share's one half, where all pairs pull alike.
    ///
    /// One interval decides, so that a fair model is called biased in 5 % of sets at most.
    public var isShown: Bool {
        pull.map { !$0.contains(0) } ?? firstPlaceShare.map { !$0.contains(0.5) } ?? false
    }
}
