/// A text that the model reads, and which of its tokens are trained on.
public struct Example: Hashable, Sendable {
    /// Ids, in order.
    public var tokens: [Int]
    /// Whether each token is one the model is to produce; the first can't be, as nothing precedes it.
    public var isTarget: [Bool]

    public init(tokens: [Int] = [], isTarget: [Bool] = []) {
        self.tokens = tokens
        self.isTarget = isTarget
    }

    /// Number of tokens that the loss counts.
    public var targetCount: Int { isTarget.dropFirst().count { $0 } }

    mutating func append(_ new: [Int], areTargets: Bool) {
        tokens += new
        isTarget += Array(repeating: areTargets, count: new.count)
    }
}
