import Foundation

/// How a model's preference between two answers is read.
public enum PairReading: String, Codable, Sendable, CaseIterable {
    /// From the letter that it gives when asked which answer is better, in both orders.
    case letters
    /// From how much likelier the clause and its examples make each answer: for models too small to
    /// be asked.
    case likelihood
}

/// How much a model prefers one answer to another, in nats of log-odds.
public struct PairScore: Hashable, Sendable, Codable {
    /// With the preferred answer shown first; of a likelihood, which knows no order, all there is.
    public var first: Double
    /// With the preferred answer shown second; nil of a likelihood.
    public var second: Double?

    public init(first: Double, second: Double? = nil) {
        self.first = first
        self.second = second
    }

    /// The mean over both orders.
    ///
    /// A pull of places that adds to the log-odds cancels exactly: `((d + b) + (d − b)) / 2 = d`.
    /// The mean of the two probabilities would be drawn towards one half instead.
    public var logOdds: Double { second.map { (first + $0) / 2 } ?? first }

    /// What the first place adds to the log-odds; nil where there is no order.
    public var placePull: Double? { second.map { (first - $0) / 2 } }

    /// Whether both orders prefer the same answer, and either prefers one at all.
    public var agrees: Bool { second.map { first * $0 > 0 } ?? (first != 0) }

    /// The same preference, seen from the other answer.
    public var reversed: PairScore {
        guard let second else { return PairScore(first: -first) }
        return PairScore(first: -second, second: -first)
    }

    /// The probability that the preferred answer is better, as Bradley and Terry have it.
    /// - Parameters:
    ///   - strength: Multiplies the log-odds; 0 makes a tie of everything.
    ///   - clamp: Where the probability is kept.
    /// - Returns: From 0 to 1.
    public func probability(
        strength: Double = 1, within clamp: ClosedRange<Double> = 0...1
    ) -> Double {
        let raw = 1 / (1 + exp(-strength * logOdds))
        return min(max(raw, clamp.lowerBound), clamp.upperBound)
    }
}
