/// Which values apply to an exchange, which conflict, which wins, why, and what follows.
public struct Resolution: Hashable, Sendable, Codable {
    /// A value that applies, and what it asks for.
    public struct Applied: Hashable, Sendable, Codable {
        /// Id of the value.
        public var value: String
        /// Counted from 1, the highest.
        public var rank: Int
        /// What it asks for.
        public var action: Action
        /// Why, in a clause that can follow "because".
        public var because: String
    }

    /// Two values that ask for different actions.
    public struct Conflict: Hashable, Sendable, Codable {
        /// The value that stands higher; nil where both share a rank.
        public var winner: String?
        /// Ids of the values that ask for different things.
        public var values: [String]
        /// What it comes to.
        public var action: Action
        /// A text for people.
        public var explanation: String
    }

    /// The highest rank first.
    public var applied: [Applied]
    /// Conflicts of the deciding values with all others.
    public var conflicts: [Conflict]
    /// What the answer is to do.
    public var action: Action
    /// A text for people.
    public var explanation: String

    /// The values of the highest rank that applies: one in a total order.
    public var deciding: [Applied] { applied.filter { $0.rank == applied.first?.rank } }
}

extension ValueOrder {
    /// Resolves an exchange.
    ///
    /// The highest value that applies decides. Where values share that rank and ask for different
    /// things, nobody is turned away: with a sign of risk the person is supported first, and otherwise
    /// they are asked why.
    /// - Parameter circumstances: What holds of the exchange; `always` is added.
    /// - Returns: Equal for equal circumstances.
    public func resolve(_ circumstances: Set<Circumstance>) -> Resolution {
        let circumstances = circumstances.union([.always])
        let applied = ranks.enumerated().flatMap { index, values in
            values.compactMap { value in
                value.claim(under: circumstances).map { claim in
                    Resolution.Applied(
                        value: value.id, rank: index + 1, action: claim.action,
                        because: claim.because)
                }
            }
        }
        let deciding = applied.filter { $0.rank == applied.first?.rank }
        let rest = applied.dropFirst(deciding.count)
        var conflicts: [Resolution.Conflict] = []
        for (index, one) in deciding.enumerated() {
            let others = deciding.dropFirst(index + 1) + rest
            for other in others where other.action != one.action {
                conflicts.append(conflict(one, other, circumstances))
            }
        }
        let actions = Set(deciding.map(\.action))
        let action = actions.count == 1 ? actions.first : Self.tie(circumstances)
        return Resolution(
            applied: applied, conflicts: conflicts, action: action ?? Self.tie(circumstances),
            explanation: explanation(of: deciding, conflicts, circumstances))
    }

    /// What two values come to when both ask for something else.
    func conflict(
        _ one: Resolution.Applied, _ other: Resolution.Applied, _ circumstances: Set<Circumstance>
    ) -> Resolution.Conflict {
        guard one.rank != other.rank else {
            let action = Self.tie(circumstances)
            return Resolution.Conflict(
                winner: nil, values: [one.value, other.value], action: action,
                explanation:
                    "\(quoted(one.value)) asks to \(one.action.phrase), \(quoted(other.value)) to "
                    + "\(other.action.phrase), and neither stands above the other. So the "
                    + "conversation goes on: \(action.phrase).")
        }
        let (winner, loser) = one.rank < other.rank ? (one, other) : (other, one)
        let remains = values.first { $0.id == loser.value }?.remains ?? ""
        return Resolution.Conflict(
            winner: winner.value, values: [winner.value, loser.value], action: winner.action,
            explanation:
                "\(quoted(winner.value)) stands above \(quoted(loser.value)) (rank \(winner.rank) "
                + "over \(loser.rank)). So \(winner.action.phrase), not "
                + "\(loser.action.phrase), because \(winner.because). \(remains)")
    }

    /// Ties keep talking.
    private static func tie(_ circumstances: Set<Circumstance>) -> Action {
        circumstances.contains(.someRisk) ? .supportFirst : .askWhy
    }

    private func quoted(_ id: String) -> String {
        "\"\(values.first { $0.id == id }?.says ?? id)\""
    }

    private func explanation(
        of deciding: [Resolution.Applied], _ conflicts: [Resolution.Conflict],
        _ circumstances: Set<Circumstance>
    ) -> String {
        if let conflict = conflicts.first { return conflict.explanation }
        guard let first = deciding.first else {
            return "No value speaks to this; so \(Self.tie(circumstances).phrase)."
        }
        return "\(quoted(first.value)) decides: \(first.action.phrase), because \(first.because)."
    }
}
