/// Many phrases, each with something it stands for, found in one pass.
struct PhraseIndex<Meaning: Sendable>: Sendable {
    private var byFirstWord: [String: [(phrase: Phrase, meaning: Meaning)]] = [:]

    mutating func insert(_ phrase: Phrase, _ meaning: Meaning) {
        for word in phrase.firstWords {
            byFirstWord[word, default: []].append((phrase, meaning))
        }
    }

    /// All matches, those that overlap too, so that what follows a text takes none of its matches
    /// away.
    /// - Complexity: O(words), as gaps and pieces of words are bounded.
    func matches(in stream: TokenStream) -> [(meaning: Meaning, tokens: Range<Int>)] {
        var found: [(Meaning, Range<Int>)] = []
        for start in stream.tokens.indices {
            for reading in stream.readings(at: start) {
                for (phrase, meaning) in byFirstWord[reading.text] ?? [] {
                    for end in phrase.ends(in: stream, from: start).sorted() where end > start {
                        found.append((meaning, start..<end))
                    }
                }
            }
        }
        return found
    }
}
