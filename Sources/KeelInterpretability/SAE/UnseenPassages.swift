/// Tells passages that an autoencoder was trained on from others, by their tokens.
///
/// A loss is held out only if it is measured on text that training did not read, and the file that is
/// named for it may well be the one that was harvested.
public struct UnseenPassages {
    private let skipped: Int
    private let answersOnly: Bool
    /// Hashes of passages' tokens.
    private var trained: Set<Int> = []

    /// Reads where the rows of a store come from.
    /// - Parameters:
    ///   - store: What was trained on.
    ///   - row: Training read the rows before this one; a passage of which it read a part counts.
    /// - Throws: `FileError`.
    public init(_ store: ActivationStore, before row: Int) throws {
        skipped = store.skippedPositions
        answersOnly = store.answersOnly
        var next = 0
        while next < min(row, store.count) {
            let passage = try store.source(next).passage
            var tokens: [Int] = []
            while next < store.count {
                let source = try store.source(next)
                guard source.passage == passage else { break }
                tokens.append(source.token)
                next += 1
            }
            trained.insert(tokens.hashValue)
        }
    }

    /// Whether none of the passages that were trained on has these tokens.
    public func callAsFunction(_ passage: Passage) -> Bool {
        let start = answersOnly ? max(skipped, passage.answerStart) : skipped
        return !trained.contains(Array(passage.tokens.dropFirst(start)).hashValue)
    }
}
