/// A stretch of tokens that a model reads by itself, from its first position on.
public struct Passage: Hashable, Sendable {
    /// Ids, from the passage's first position on.
    public var tokens: [Int]
    /// Where the last answer of a chat begins; the count of tokens where there is none.
    public var answerStart: Int
    /// The row it comes from, counted from 1.
    public var line: Int

    public init(tokens: [Int], answerStart: Int? = nil, line: Int = 0) {
        self.tokens = tokens
        self.answerStart = answerStart ?? tokens.count
        self.line = line
    }

    /// Positions of the answer.
    public var answer: Range<Int> { answerStart..<tokens.count }
}
