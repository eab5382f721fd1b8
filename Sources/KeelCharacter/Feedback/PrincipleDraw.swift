import KeelStatistics

/// Which principle a pair is judged by: one of several, drawn for each pair.
public struct PrincipleDraw: Hashable, Sendable {
    /// At least one.
    public var principles: [Constitution.Principle]
    /// Decides which one a pair gets.
    public var seed: UInt64

    public init(_ principles: [Constitution.Principle], seed: UInt64) {
        self.principles = principles
        self.seed = seed
    }

    /// The principle of this pair; nil where there are none to draw from.
    ///
    /// It depends on the seed and the pair's name alone, not on the order of the pairs.
    public func principle(for pair: String) -> Constitution.Principle? {
        var generator = SeededGenerator(seed: seed ^ Digest.number(of: [pair]))
        return principles.randomElement(using: &generator)
    }
}
