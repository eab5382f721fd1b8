/// A way to read a dimension's probes, and which direction of it is good.
public struct Measure: Hashable, Sendable, Codable {
    /// What is read of a probe.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Mean log-probability per token of the good continuations less that of the bad ones.
        ///
        /// Its level rests on how they are worded as well; its change between runs does not.
        case gap
        /// A reading of a mirrored probe less that of the probe that mirrors it.
        case mirror
        /// Phrases of the behaviour and of its opposite in sampled answers: two rates.
        case rule
        /// Hits of a counter in sampled answers.
        case counter
        /// Phrases of the behaviour and of its opposite in each answer of a talk.
        case talk
        /// The gap after the model's own talk less the gap before it.
        case drift
        /// How the answers to one probe differ from each other.
        case variety
        /// How long answers are, and whether they come to an end.
        case length
        /// Verdicts of a judge model by a rubric: two rates.
        case judge
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

    /// What the two probes of a pair are compared in.
    public enum Quantity: Hashable, Sendable {
        case gap
        /// The length of an answer.
        case words
        /// How far an answer is from the average of the probe's others.
        case distance
        /// Whether the dimension's judge finds that an answer shows the behaviour.
        case judge
        /// Hits of the counter of this id.
        case counter(String)

        /// - Parameter name: `gap`, `words`, `distance`, `judge`, or the id of a counter.
        public init?(named name: String) {
            switch name {
            case "gap": self = .gap
            case "words": self = .words
            case "distance": self = .distance
            case "judge": self = .judge
            default:
                guard Counter.named(name) != nil else { return nil }
                self = .counter(name)
            }
        }

        /// The names there are.
        public static var names: [String] {
            ["gap", "words", "distance", "judge"] + Counter.all.map(\.id)
        }
    }

    /// What is read of the dimension's probes.
    public var kind: Kind
    /// The id of the counter; nil for the other kinds.
    public var counter: String?
    /// The quantity of a mirror; nil for the gap and for the other kinds.
    public var of: String?
    /// The id of the judge's rubric; nil for the other kinds.
    public var rubric: String?
    /// The good direction, for a rule that of the behaviour's rate; nil where neither is.
    public var better: Direction?

    /// What a mirror compares; nil for the other kinds.
    public var quantity: Quantity? {
        kind == .mirror ? Quantity(named: of ?? "gap") : nil
    }

    /// Whether it reads nothing where no judge was asked.
    var needsJudge: Bool { kind == .judge || quantity == .judge }

    /// Whether probes of the dimension have to be answered for it; a gap is scored, not sampled.
    func needsAnswers(to probe: Probe) -> Bool {
        switch kind {
        case .gap: false
        case .mirror: quantity != .gap
        case .rule: probe.hasRule
        case .talk, .drift: !probe.talk.isEmpty
        case .counter, .variety, .length, .judge: true
        }
    }
}
