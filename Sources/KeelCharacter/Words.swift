/// The words of a text in lower case: runs of letters and digits, apostrophes inside them kept, and each
/// ideograph by itself, since Chinese has no space between words.
struct Words {
    let list: [String]

    init(_ text: String) {
        var words: [String] = []
        for run in text.lowercased().replacing("’", with: "'").split(whereSeparator: {
            !$0.isLetter && !$0.isNumber && $0 != "'"
        }) {
            var rest = run
            while let place = rest.firstIndex(where: \.isIdeograph) {
                words += [rest[..<place].trimming("'"), String(rest[place])]
                rest = rest[rest.index(after: place)...]
            }
            words.append(rest.trimming("'"))
        }
        list = words.filter { !$0.isEmpty }
    }

    var count: Int { list.count }
    var distinct: Set<String> { Set(list) }

    /// Words that say what a sentence is about: all but the commonest and those of negation.
    var content: Set<String> { distinct.subtracting(Self.common).subtracting(Self.negations) }

    static let negations: Set<String> = [
        "not", "never", "no", "don't", "doesn't", "won't", "can't", "isn't", "aren't", "nothing",
        "without", "avoid", "avoids", "refuse", "refuses", "cannot", "shouldn't", "wouldn't",
        "didn't", "neither", "nor", "none",
    ]

    private static let common: Set<String> = [
        "a", "about", "all", "also", "always", "am", "an", "and", "answer", "answers", "any",
        "are", "as", "at", "be", "because", "been", "better", "but", "by", "can", "do", "does",
        "even", "for", "from", "has", "have", "how", "i", "if", "in", "into", "is", "it", "its",
        "i'm", "i'd", "i'll", "i've", "me", "more", "most", "my", "myself", "of", "on", "one",
        "only", "or", "other", "others", "people", "person", "response", "should", "so", "some",
        "somebody", "someone", "than", "that", "the", "their", "them", "themself", "then",
        "there", "they", "this", "to", "too", "try", "up", "us", "very", "was", "we", "what",
        "when", "where", "which", "who", "will", "with", "would", "you", "your",
    ]
}

extension Character {
    fileprivate var isIdeograph: Bool {
        unicodeScalars.first?.properties.isIdeographic == true
    }
}

extension StringProtocol {
    fileprivate func trimming(_ character: Character) -> String {
        var rest = self[...]
        while rest.first == character { rest = rest.dropFirst() }
        while rest.last == character { rest = rest.dropLast() }
        return String(rest)
    }
}
