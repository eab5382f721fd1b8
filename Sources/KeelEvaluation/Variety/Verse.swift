/// A text as lines, for counting lines and rhymes.
///
/// Rhyme is read off the spelling: `way` and `day` rhyme, `love` and `of` do not, `though` and
/// `rough` do. It shows a habit, not what an ear would hear.
package struct Verse {
    /// The last word of each line that has one.
    package var endings: [String] { lastWords.map(\.text) }
    private let lastWords: [Words.Word]

    package init(_ text: String) {
        // The last words of the lines are the words before those that begin one.
        let words = Words(text).words
        lastWords = words.indices.filter { index in
            index + 1 == words.count
                || text[words[index].range.upperBound..<words[index + 1].range.lowerBound]
                    .contains(where: \.isNewline)
        }.map { words[$0] }
    }

    /// The share of lines that rhyme with one of the three before or after them; nil for one line.
    package var rhymeShare: Double? {
        lastWords.count > 1 ? Double(rhymes.count) / Double(lastWords.count) : nil
    }

    /// The last words of lines that rhyme with one of the three lines before or after them.
    var rhymes: [Range<String.Index>] {
        lastWords.indices.filter { line in
            let near = max(0, line - 3)...min(lastWords.count - 1, line + 3)
            return near.contains {
                $0 != line && Self.rhyme(lastWords[$0].text, lastWords[line].text)
            }
        }.map { lastWords[$0].range }
    }

    /// Whether two different words end alike from the last group of vowels on.
    package static func rhyme(_ first: String, _ second: String) -> Bool {
        guard first != second, let ending = ending(of: first) else { return false }
        return ending == self.ending(of: second)
    }

    /// From the last group of vowels on; a silent e at the end does not begin a group.
    private static func ending(of word: String) -> Substring? {
        var letters = word[...]
        if letters.count > 2, letters.hasSuffix("e"), !isVowel(letters.dropLast().last) {
            letters = letters.dropLast()
        }
        guard let last = letters.lastIndex(where: { isVowel($0) }) else { return nil }
        var start = last
        while start > letters.startIndex, isVowel(letters[letters.index(before: start)]) {
            start = letters.index(before: start)
        }
        return word[start...]
    }

    private static func isVowel(_ letter: Character?) -> Bool {
        letter.map { "aeiouyäöü".contains($0) } ?? false
    }
}
