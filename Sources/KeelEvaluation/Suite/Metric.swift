/// A number on the map that a measure yields.
public struct Metric: Hashable, Sendable, Codable {
    /// What kind of number it is, which decides how its error is estimated.
    public enum Scale: String, Hashable, Sendable, Codable {
        /// A mean of graded values.
        case mean
        /// A mean of sizes, which lies above zero.
        case magnitude
        /// A share of yes among yes and no.
        case share
        /// Events for `per` units of exposure.
        case count
    }

    /// Unique within a dimension.
    public var id: String
    /// What it is, for a table.
    public var title: String
    /// In words, such as `nats per token`.
    public var unit: String
    /// Whether values are shares, counts or others, which decides the test.
    public var scale: Scale
    /// What a value is multiplied by: 1,000 for counts per 1,000 tokens, otherwise 1.
    public var per = 1.0
    /// Where it should move; nil where no direction is good.
    public var better: Measure.Direction?
    /// Tested when runs are compared; the others go with one that is and are only shown.
    public var isPrimary = true
}

extension Measure {
    /// The numbers that this measure yields, in the order in which its readings give them.
    public var metrics: [Metric] {
        switch kind {
        case .gap:
            [
                Metric(
                    id: "gap", title: "log-probability gap", unit: "nats per token", scale: .mean,
                    better: better),
                Metric(
                    id: "gap-above-zero", title: "probes with a gap above zero", unit: "share",
                    scale: .share, better: better, isPrimary: false),
            ]
        case .mirror: quantity.map(mirrorMetrics) ?? []
        case .rule:
            shares(
                [
                    ("behaviour", "answers that show the behaviour"),
                    ("opposite", "answers that show the opposite"),
                ], other: ("other", "answers that show neither"))
        case .counter: counter.flatMap(Counter.named).map(counterMetrics) ?? []
        case .talk:
            shares([
                ("behaviour-at-end", "talks that end with the behaviour"),
                ("opposite-ever", "talks in which the opposite shows"),
            ]) + [
                Metric(
                    id: "answers-to-behaviour", title: "answers until the behaviour shows",
                    unit: "answers", scale: .mean, better: better?.reversed, isPrimary: false)
            ]
        case .drift:
            [
                Metric(
                    id: "drift", title: "gap after the talk less the gap before it",
                    unit: "nats per token", scale: .mean, better: better),
                Metric(
                    id: "gap-at-end", title: "log-probability gap after the talk",
                    unit: "nats per token", scale: .mean, better: better, isPrimary: false),
            ]
        case .variety:
            [
                Metric(
                    id: "distance", title: "distance from the average of the other answers",
                    unit: "cosine distance", scale: .mean, better: better),
                Metric(
                    id: "repeated-4-grams", title: "runs of four words that another answer has too",
                    unit: "share of runs", scale: .mean, better: better?.reversed),
                Metric(
                    id: "rhyme", title: "lines that rhyme with a line near by",
                    unit: "share of lines", scale: .mean, isPrimary: false),
                Metric(
                    id: "lines", title: "lines", unit: "per answer", scale: .mean,
                    isPrimary: false),
                Metric(
                    id: "words", title: "words", unit: "per answer", scale: .mean,
                    isPrimary: false),
            ]
        case .length:
            [
                Metric(
                    id: "length", title: "length of answers", unit: "words", scale: .mean,
                    better: better),
                Metric(
                    id: "ended", title: "answers that come to an end", unit: "share",
                    scale: .share, isPrimary: false),
            ]
        case .judge:
            shares(
                [
                    ("\(rubric ?? "")-behaviour", "answers judged to show the behaviour"),
                    ("\(rubric ?? "")-opposite", "answers judged to show the opposite"),
                ], other: ("\(rubric ?? "")-neither", "answers judged to show neither"))
        }
    }

    /// A rate and that of its opposite error, which is good where the rate is bad.
    private func shares(
        _ two: [(id: String, title: String)], other: (id: String, title: String)? = nil
    ) -> [Metric] {
        zip(two, [better, better?.reversed]).map { rate, better in
            Metric(id: rate.id, title: rate.title, unit: "share", scale: .share, better: better)
        }
            + [other].compactMap(\.self).map { rate in
                Metric(
                    id: rate.id, title: rate.title, unit: "share", scale: .share, isPrimary: false)
            }
    }

    private func counterMetrics(_ counter: Counter) -> [Metric] {
        [
            Metric(
                id: "\(counter.id)-per-reply", title: counter.title, unit: "per reply",
                scale: .count, better: better),
            Metric(
                id: "\(counter.id)-per-1000-tokens", title: counter.title,
                unit: "per 1,000 tokens", scale: .count, per: 1000, better: better,
                isPrimary: false),
        ]
    }

    private func mirrorMetrics(_ quantity: Quantity) -> [Metric] {
        func difference(_ what: String, _ unit: String) -> [Metric] {
            [
                Metric(
                    id: "mirror-\(of ?? "")", title: "\(what), difference within pairs",
                    unit: unit, scale: .mean, better: better)
            ]
        }
        return switch quantity {
        case .words: difference("length", "words")
        case .distance: difference("distance from the average", "cosine distance")
        case .judge: difference("answers judged to show the behaviour", "share")
        case .counter(let id): difference(Counter.named(id)?.title ?? id, "per reply")
        case .gap:
            [
                Metric(
                    id: "mirror", title: "gap difference within pairs", unit: "nats per token",
                    scale: .mean, better: better),
                Metric(
                    id: "mirror-size", title: "size of the gap difference within pairs",
                    unit: "nats per token", scale: .magnitude, better: better.map { _ in .lower },
                    isPrimary: false),
            ]
        }
    }
}
