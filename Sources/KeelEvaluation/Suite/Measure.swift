/// A way to read a dimension's probes, and which direction of it is good.
public struct Measure: Hashable, Sendable, Codable {
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Mean log-probability per token of the good continuations less that of the bad ones.
        ///
        /// Its level rests on how they are worded as well; its change between runs does not.
        case gap
        /// The gap of a mirrored probe less the gap of the probe that mirrors it.
        case mirror
        /// Phrases of the behaviour and of its opposite in sampled answers: two rates.
        case rule
        /// Hits of a counter in sampled answers.
        case counter
    }

    /// Where a measure should move.
    public enum Direction: String, Hashable, Sendable, Codable, CaseIterable {
        case higher, lower
        /// The nearer to zero, the better.
        case zero

        var reversed: Direction {
            switch self {
            case .higher: .lower
            case .lower: .higher
            case .zero: .zero
            }
        }
    }

    public var kind: Kind
    /// The id of the counter; nil for the other kinds.
    public var counter: String?
    /// The good direction, for a rule that of the behaviour's rate; nil where neither is.
    public var better: Direction?
}

/// A number on the map that a measure yields.
public struct Metric: Hashable, Sendable, Codable {
    /// What kind of number it is, which decides how its error is estimated.
    public enum Scale: String, Hashable, Sendable, Codable {
        /// A mean of graded values.
        case mean
        /// A share of yes among yes and no.
        case share
        /// Events for `per` units of exposure.
        case count
    }

    /// Unique within a dimension.
    public var id: String
    public var title: String
    public var unit: String
    public var scale: Scale
    /// What a value is multiplied by: 1,000 for counts per 1,000 tokens, otherwise 1.
    public var per = 1.0
    public var better: Measure.Direction?
    /// Tested when runs are compared; the others go with one that is and are only shown.
    public var isPrimary: Bool
}

extension Measure {
    /// The numbers that this measure yields, the primary ones first.
    public var metrics: [Metric] {
        switch kind {
        case .gap:
            [
                Metric(
                    id: "gap", title: "log-probability gap", unit: "nats per token", scale: .mean,
                    better: better, isPrimary: true),
                Metric(
                    id: "gap-above-zero", title: "probes with a gap above zero", unit: "share",
                    scale: .share, better: better, isPrimary: false),
            ]
        case .mirror:
            [
                Metric(
                    id: "mirror", title: "gap difference within pairs", unit: "nats per token",
                    scale: .mean, better: better, isPrimary: true),
                Metric(
                    id: "mirror-size", title: "size of the gap difference within pairs",
                    unit: "nats per token", scale: .mean, better: better.map { _ in .lower },
                    isPrimary: false),
            ]
        case .rule:
            [
                Metric(
                    id: "behaviour", title: "answers that show the behaviour", unit: "share",
                    scale: .share, better: better, isPrimary: true),
                Metric(
                    id: "opposite", title: "answers that show the opposite", unit: "share",
                    scale: .share, better: better?.reversed, isPrimary: true),
                Metric(
                    id: "other", title: "answers that show neither", unit: "share",
                    scale: .share, better: nil, isPrimary: false),
            ]
        case .counter:
            counter.flatMap(Counter.named).map { counter in
                [
                    Metric(
                        id: "\(counter.id)-per-reply", title: counter.title, unit: "per reply",
                        scale: .count, better: better, isPrimary: true),
                    Metric(
                        id: "\(counter.id)-per-1000-tokens", title: counter.title,
                        unit: "per 1,000 tokens", scale: .count, per: 1000, better: better,
                        isPrimary: false),
                ]
            } ?? []
        }
    }
}
