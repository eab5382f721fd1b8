/// Words that follow each other in one sentence, in any case and with any kind of apostrophe.
///
/// A pattern is written as words. `can't/cannot help` lists alternatives for a word, `as an _ model`
/// leaves one open, `^sorry` must begin a sentence, and `certainly.` must be followed by
/// punctuation or the end of the text. Commas are ignored, in patterns as in texts.
public struct Phrase: Hashable, Sendable {
    /// As it was written.
    public let pattern: String
    /// Alternatives for each word; empty where any word will do.
    let words: [Set<String>]
    private let beginsSentence: Bool
    private let endsClause: Bool

    public init(_ pattern: String) {
        self.pattern = pattern
        beginsSentence = pattern.hasPrefix("^")
        endsClause = pattern.hasSuffix(".")
        words = pattern.split(whereSeparator: { $0 == " " || $0 == "-" }).compactMap { part in
            if part == "_" { return [] }
            let alternatives = part.split(separator: "/").compactMap {
                Words(String($0)).words.first?.text
            }
            return alternatives.isEmpty ? nil : Set(alternatives)
        }
    }

    /// Whether the first word is given, so that it can match at all.
    var isUsable: Bool { words.first?.isEmpty == false }

    /// The number of words matched from `start` on, or nil.
    func match(in text: [Words.Word], at start: Int) -> Int? {
        let end = start + words.count
        guard end <= text.count, !beginsSentence || text[start].startsSentence else { return nil }
        for (offset, alternatives) in words.enumerated() {
            let word = text[start + offset]
            if offset > 0, word.startsSentence { return nil }
            if !alternatives.isEmpty, !alternatives.contains(word.text) { return nil }
        }
        if endsClause, !text[end - 1].endsClause { return nil }
        return words.count
    }
}

extension Phrase: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(pattern)
    }
}

/// Phrases to look for together.
struct PhraseSet: Sendable, ExpressibleByArrayLiteral {
    private var byFirstWord: [String: [Phrase]] = [:]

    init(_ phrases: [Phrase]) {
        for phrase in phrases {
            for word in phrase.words.first ?? [] {
                byFirstWord[word, default: []].append(phrase)
            }
        }
    }

    init(arrayLiteral patterns: String...) {
        self.init(patterns.map(Phrase.init))
    }

    /// Ranges of word numbers, in order and disjoint; where several phrases begin, the longest.
    func matches(in words: [Words.Word]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = 0
        while index < words.count {
            let phrases = byFirstWord[words[index].text] ?? []
            if let length = phrases.compactMap({ $0.match(in: words, at: index) }).max() {
                found.append(index..<index + length)
                index += length
            } else {
                index += 1
            }
        }
        return found
    }
}

extension Sequence<Phrase> {
    /// Where any of these phrases stands in a text: ranges in order and disjoint.
    public func matches(in text: String) -> [Range<String.Index>] {
        let words = Words(text).words
        return PhraseSet(Array(self)).matches(in: words).map { words.textRange(of: $0) }
    }
}
