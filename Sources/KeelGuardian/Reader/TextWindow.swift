/// A run of whole sentences of what a person has said, over messages too.
struct TextWindow: Hashable, Sendable {
    /// Tokens of the stream.
    var tokens: Range<Int>
    /// The message that completed it.
    var message: Int

    /// How many tokens several sentences together may have.
    ///
    /// A single sentence is a window however long it is, and so are two neighbouring messages, so that a
    /// message which is cut in two is still there as a whole.
    static let maximumCount = 64

    /// All windows of a stream, in the order in which messages completed them.
    static func all(in stream: TokenStream) -> [TextWindow] {
        let tokens = stream.tokens
        let starts = tokens.indices.filter { tokens[$0].startsSentence || tokens[$0].startsMessage }
        let ends = Array(starts.dropFirst()) + [tokens.count]
        var ranges: Set<Range<Int>> = []
        for (index, start) in starts.enumerated() {
            for end in ends[index...] {
                if end - start > maximumCount, end != ends[index] { break }
                ranges.insert(start..<end)
            }
        }
        let messages = tokens.indices.filter { tokens[$0].startsMessage }
        let borders = messages + [tokens.count]
        for (index, start) in messages.enumerated() {
            for end in borders.dropFirst(index + 1).prefix(2) { ranges.insert(start..<end) }
        }
        return ranges.map { TextWindow(tokens: $0, message: tokens[$0.upperBound - 1].message) }
            .sorted {
                ($0.message, $0.tokens.count, $0.tokens.lowerBound)
                    < ($1.message, $1.tokens.count, $1.tokens.lowerBound)
            }
    }
}
