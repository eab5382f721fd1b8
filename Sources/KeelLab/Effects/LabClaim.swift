internal import KeelStatistics

/// A claim of the literature on this model: effect, control, and whether it held.
public struct LabClaim: Hashable, Sendable, Codable {
    /// Whether the claim held on this model.
    public enum Verdict: Hashable, Sendable, Codable {
        case held
        /// The interval, or its adjusted test, leaves it open.
        case open
        /// The opposite was found.
        case opposite
        /// Why it was not tested in this run.
        case notTested(String)
    }

    /// What moved, whatever the main effect is.
    public enum Nature: String, Hashable, Sendable, Codable {
        case wrongness, stance, both, neither
    }

    /// An effect, and which way the claim says it goes.
    public struct Needed: Hashable, Sendable, Codable {
        /// What was measured.
        public var effect: LabEffect
        /// Whether the claim says that it is above 0.
        public var isPositive: Bool
    }

    /// Counted from 1, in the order of the lab's page.
    public var number: Int
    public var title: String
    /// What the effect is measured beside, in words.
    public var control: String
    /// All of them have to be found for the claim to hold.
    public var needed: [Needed]
    /// Of wrong rows, at the same stance; nil where no arms tell it.
    public var wrongness: LabEffect?
    /// Of lax rows, at the same rightness; nil where no arms tell it.
    public var laxness: LabEffect?
    /// Other effects that belong to it, which its verdict does not rest on.
    public var beside: [LabEffect]
    /// The largest p-value of what is needed, by Holm's method over the claims of this run.
    public var adjusted: Double?
    /// By all that is needed, adjusted.
    public var verdict: Verdict

    /// What of it is wrongness and what stance, by intervals alone.
    public var nature: Nature? {
        guard let wrongness, let laxness else { return nil }
        func isFound(_ effect: LabEffect) -> Bool {
            effect.interval.low > 0 || effect.interval.high < 0
        }
        return switch (isFound(wrongness), isFound(laxness)) {
        case (true, true): .both
        case (true, false): .wrongness
        case (false, true): .stance
        case (false, false): .neither
        }
    }

    package init(
        _ number: Int, _ title: String, control: String, needed: [(LabEffect?, isPositive: Bool)],
        wrongness: LabEffect? = nil, laxness: LabEffect? = nil, beside: [LabEffect] = [],
        missing: String
    ) {
        self.number = number
        self.title = title
        self.control = control
        self.needed = needed.compactMap { effect, isPositive in
            effect.map { Needed(effect: $0, isPositive: isPositive) }
        }
        self.wrongness = wrongness
        self.laxness = laxness
        self.beside = beside
        let isTested = !needed.isEmpty && self.needed.count == needed.count
        verdict = isTested ? .open : .notTested(missing)
    }

    /// Adjusts tests over the claims, and says what held.
    package static func judged(_ claims: [LabClaim]) -> [LabClaim] {
        var claims = claims
        let tested = claims.indices.filter { claims[$0].verdict == .open }
        let values = tested.map { claims[$0].needed.map(\.effect.pValue).max() ?? 1 }
        let adjusted = (try? Multiplicity.holm(values)) ?? values.map { _ in 1 }
        // Each needed effect alone can speak against its claim, so each of them counts as a test.
        let tests = Double(tested.reduce(0) { $0 + claims[$1].needed.count })
        for (index, p) in zip(tested, adjusted) {
            claims[index].adjusted = p
            let needed = claims[index].needed
            let agrees = needed.allSatisfy { ($0.effect.interval.value > 0) == $0.isPositive }
            // One needed effect that is found the other way is enough against a claim.
            let opposed = needed.contains {
                ($0.effect.interval.value > 0) != $0.isPositive
                    && $0.effect.pValue * tests < 0.05
            }
            if agrees, p < 0.05 {
                claims[index].verdict = .held
            } else if opposed {
                claims[index].verdict = .opposite
            }
        }
        return claims
    }
}
