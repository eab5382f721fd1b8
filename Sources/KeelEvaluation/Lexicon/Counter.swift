/// An exact lexical counter: phrases to find in an answer, and look-alikes to leave alone.
///
/// What stands between double quotation marks is not counted, since there the model speaks for
/// someone else.
public struct Counter: Sendable {
    /// Where in an answer the phrases count.
    enum Scope: Sendable {
        case anywhere
        /// Only as the first words, so at most once.
        case opening
        /// The last sentence, if it is a question; at most once. Phrases are not used.
        case closingQuestion
    }

    /// As suites name it.
    public let id: String
    /// What it counts, for a table.
    public let title: String
    let scope: Scope
    let phrases: PhraseSet
    /// A match that overlaps one of these is not counted.
    let exceptions: PhraseSet

    /// The counter of this id.
    public static func named(_ id: String) -> Counter? {
        all.first { $0.id == id }
    }

    /// Whether an answer that was cut off can't be judged.
    var needsEnding: Bool {
        if case .closingQuestion = scope { true } else { false }
    }

    /// What is counted in an answer: ranges in order, disjoint, and not empty.
    public func matches(in answer: String) -> [Range<String.Index>] {
        let words = Words(answer).words
        let spared = exceptions.matches(in: words)
        func counts(_ match: Range<Int>) -> Bool {
            !spared.contains { $0.overlaps(match) } && !words[match].contains(where: \.isQuoted)
        }
        switch scope {
        case .anywhere:
            return phrases.matches(in: words).filter(counts).map { words.textRange(of: $0) }
        case .opening:
            guard let first = phrases.matches(in: words).first, first.lowerBound == 0,
                counts(first)
            else { return [] }
            return [words.textRange(of: first)]
        case .closingQuestion:
            guard let start = words.lastIndex(where: \.startsSentence),
                counts(start..<words.count),
                answer.last(where: { !Self.mayFollowQuestion($0) }) == "?"
            else { return [] }
            return [words.textRange(of: start..<words.count)]
        }
    }

    private static func mayFollowQuestion(_ character: Character) -> Bool {
        character.isWhitespace || "\")]*_”’".contains(character)
            || character.unicodeScalars.contains { $0.properties.isEmojiPresentation }
    }
}
