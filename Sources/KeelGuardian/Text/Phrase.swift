/// Words in an order, with alternatives, as the lexicon writes them.
///
/// | written | matches |
/// |---|---|
/// | `wish/hope` | either word; `want+to` is one alternative of two words |
/// | `to?` | the word or nothing |
/// | `$me` | any alternative of the set `me` |
/// | `~` | up to four words of the same sentence, or none |
/// | `^sorry` | only as the first word of a message |
///
/// Case, apostrophes, width and the older Chinese forms make no difference. A Chinese character is a
/// word. A sentence may end between two elements, but not within a gap.
struct Phrase: Sendable {
    enum Element: Sendable {
        case word(alternatives: [[String]], isOptional: Bool)
        case gap
    }

    let pattern: String
    private let elements: [Element]
    private let beginsMessage: Bool
    private static let maximumGap = 4

    /// Parses a pattern.
    /// - Parameters:
    ///   - pattern: As in the table above.
    ///   - sets: Alternatives that `$name` stands for.
    /// - Throws: `PhraseDefect`.
    init(_ pattern: String, sets: [String: [String]]) throws(PhraseDefect) {
        self.pattern = pattern
        var elements: [Element] = []
        for part in pattern.drop(while: { $0 == "^" }).split(separator: " ") {
            elements.append(try Self.element(part, sets: sets))
        }
        guard case .word(_, false)? = elements.first else { throw .opensVaguely }
        if case .gap? = elements.last { throw .endsInGap }
        self.elements = elements
        beginsMessage = pattern.hasPrefix("^")
    }

    private static func element(
        _ part: Substring, sets: [String: [String]]
    ) throws(PhraseDefect) -> Element {
        if part == "~" { return .gap }
        let isOptional = part.hasSuffix("?")
        var alternatives: [[String]] = []
        for name in (isOptional ? part.dropLast() : part).split(separator: "/") {
            var texts = [String(name)]
            if name.hasPrefix("$") {
                guard let set = sets[String(name.dropFirst())] else {
                    throw .noSuchSet(String(name.dropFirst()))
                }
                texts = set
            }
            for text in texts {
                let words = TokenStream(text).tokens.map(\.text)
                if words.isEmpty { throw .empty }
                alternatives.append(words)
            }
        }
        if alternatives.isEmpty { throw .empty }
        return .word(alternatives: alternatives, isOptional: isOptional)
    }

    /// The words with one of which every match begins.
    var firstWords: Set<String> {
        guard case .word(let alternatives, _)? = elements.first else { return [] }
        return Set(alternatives.compactMap(\.first))
    }

    /// Where matches that begin at a token end: one past their last tokens.
    func ends(in stream: TokenStream, from start: Int) -> Set<Int> {
        if beginsMessage, !stream.tokens[start].startsMessage { return [] }
        var places: Set<Int> = [start]
        for element in elements {
            places = places.reduce(into: []) { $0.formUnion(step(element, in: stream, from: $1)) }
            if places.isEmpty { break }
        }
        return places
    }

    private func step(_ element: Element, in stream: TokenStream, from place: Int) -> Set<Int> {
        switch element {
        case .word(let alternatives, let isOptional):
            var ends: Set<Int> = isOptional ? [place] : []
            for words in alternatives {
                ends.formUnion(Self.spell(words[...], in: stream, from: place))
            }
            return ends
        case .gap:
            var ends: Set<Int> = [place]
            var next = place
            while next < stream.tokens.count, next - place < Self.maximumGap {
                let token = stream.tokens[next]
                if token.startsSentence, !token.startsMessage { break }
                next += 1
                ends.insert(next)
            }
            return ends
        }
    }

    /// Where the given words, spelt from a token on, end.
    private static func spell(
        _ words: ArraySlice<String>, in stream: TokenStream, from place: Int
    ) -> Set<Int> {
        guard let word = words.first else { return [place] }
        guard place < stream.tokens.count else { return [] }
        return stream.readings(at: place).reduce(into: []) { ends, reading in
            if reading.text == word {
                ends.formUnion(
                    spell(words.dropFirst(), in: stream, from: place + reading.count))
            }
        }
    }
}

/// Why a pattern is none.
enum PhraseDefect: Error, Hashable, CustomStringConvertible {
    case empty
    case opensVaguely
    case endsInGap
    case noSuchSet(String)

    var description: String {
        switch self {
        case .empty: "an element has no words."
        case .opensVaguely: "it must begin with a word that is not optional."
        case .endsInGap: "it must not end with \"~\"."
        case .noSuchSet(let name): "there is no set \"\(name)\"."
        }
    }
}
