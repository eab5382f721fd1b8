/// What words are about, such as dying, means, loss, games: classes of words that say one thing.
struct WordClasses: Sendable {
    /// A class that a word belongs to, or completes together with those before it.
    struct Mention: Sendable {
        /// Its place among `names`.
        var place: Int
        /// How many words it takes, from 1.
        var length: Int
    }

    /// In alphabetical order of Unicode scalars.
    let names: [String]
    private var whole: [String: Set<Int>] = [:]
    private var beginnings: [String: Set<Int>] = [:]
    /// Words in a row, by the last of them.
    private var several: [String: [(words: [String], place: Int)]] = [:]

    /// The classes that ship with Keel.
    /// - Throws: `GuardianError`.
    static func shipped() throws(GuardianError) -> WordClasses { try resource.get() }

    private static let resource = Result { () throws(GuardianError) -> WordClasses in
        try WordClasses(GuardianFile.shipped("reader-classes"))
    }

    private struct Entry: Decodable {
        var en: [String]
        var zh: [String]
    }

    private init(_ content: [String: Entry]) throws(GuardianError) {
        names = content.keys.sorted()
        for (place, name) in names.enumerated() {
            for text in content[name].map({ $0.en + $0.zh }) ?? [] {
                let isBeginning = text.hasSuffix("*")
                let words = TokenStream(text.replacing("+", with: " ").replacing("*", with: ""))
                    .tokens.map(\.text)
                guard let last = words.last, !isBeginning || words.count == 1 else {
                    throw GuardianError(
                        file: "reader-classes.yaml", place: name,
                        reason: "\"\(text)\" is no word, and no beginning of one.")
                }
                if words.count > 1 {
                    several[last, default: []].append((words, place))
                } else if isBeginning {
                    beginnings[last, default: []].insert(place)
                } else {
                    whole[last, default: []].insert(place)
                }
            }
        }
    }

    /// The classes that each word completes.
    func mentions(in words: [String]) -> [[Mention]] {
        // Most words come again and again.
        var known: [String: [Mention]] = [:]
        return words.indices.map { index in
            let word = words[index]
            let alone = known[word] ?? places(of: word).map { Mention(place: $0, length: 1) }
            known[word] = alone
            let together = (several[word] ?? []).filter { entry in
                entry.words.count <= index + 1
                    && words[(index + 1 - entry.words.count)...index].elementsEqual(entry.words)
            }
            return alone + together.map { Mention(place: $0.place, length: $0.words.count) }
        }
    }

    private func places(of word: String) -> [Int] {
        var found = whole[word] ?? []
        if !beginnings.isEmpty {
            for end in word.indices {
                found.formUnion(beginnings[String(word[...end])] ?? [])
            }
        }
        return found.sorted()
    }
}
