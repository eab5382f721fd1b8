/// A text as words that can be compared: lower case, apostrophes straight, ranges kept.
struct Words {
    struct Word {
        let text: String
        let range: Range<String.Index>
        /// A full stop, question mark, exclamation mark or line break stands before it, or nothing.
        let startsSentence: Bool
        /// A punctuation mark or a line break follows, or the text ends.
        let endsClause: Bool
        /// It stands between two double quotation marks of one line.
        fileprivate(set) var isQuoted: Bool
    }

    private(set) var words: [Word] = []

    init(_ text: String) {
        let scalars = text.unicodeScalars
        var start: String.Index?
        var startsSentence = true
        var line = 0
        var quotes = [0]
        var places: [(line: Int, quote: Int)] = []

        func isPartOfWord(_ index: String.Index) -> Bool {
            if Self.isLetter(scalars[index], continuing: start != nil) { return true }
            guard Self.apostrophes.contains(scalars[index]), start != nil else { return false }
            let next = scalars.index(after: index)
            return next < scalars.endIndex && Self.isLetter(scalars[next], continuing: false)
        }

        func finish(at end: String.Index) {
            guard let begin = start else { return }
            start = nil
            places.append((line, quotes[line]))
            words.append(
                Word(
                    text: Self.folded(text[begin..<end]), range: begin..<end,
                    startsSentence: startsSentence, endsClause: Self.isBreak(text[end...]),
                    isQuoted: false))
            startsSentence = false
        }

        for index in scalars.indices {
            if isPartOfWord(index) {
                if start == nil { start = index }
                continue
            }
            finish(at: index)
            let scalar = scalars[index]
            if Self.lineEnds.contains(scalar) {
                line += 1
                quotes.append(0)
                startsSentence = true
            }
            if Self.quotationMarks.contains(scalar) { quotes[line] += 1 }
            if Self.sentenceEnds.contains(scalar) { startsSentence = true }
        }
        finish(at: text.endIndex)
        for (index, place) in places.enumerated() {
            // An odd mark opens a quotation, if another one of its line closes it.
            words[index].isQuoted = place.quote % 2 == 1 && place.quote < quotes[place.line]
        }
    }

    // Lists, since a few comparisons are faster than a hash.
    private static let quotationMarks: [Unicode.Scalar] = ["\"", "“", "”", "„", "«", "»"]
    private static let sentenceEnds: [Unicode.Scalar] = [".", "!", "?", "…"]
    private static let lineEnds: [Unicode.Scalar] = ["\n", "\r", "\u{2028}", "\u{2029}"]
    private static let apostrophes: [Unicode.Scalar] = ["'", "’", "‘", "ʼ"]

    private static func isLetter(_ scalar: Unicode.Scalar, continuing: Bool) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": return true
        case "\0"..."\u{7F}", "ʼ": return false
        default:
            if scalar.properties.isAlphabetic { return true }
            // Marks belong to the letter before them.
            return switch scalar.properties.generalCategory {
            case .nonspacingMark, .spacingMark: continuing
            case .decimalNumber, .letterNumber, .otherNumber: true
            default: false
            }
        }
    }

    private static func isBreak(_ rest: Substring) -> Bool {
        guard let next = rest.first else { return true }
        if next.isPunctuation || next.isNewline { return true }
        // A dash may stand apart from the word before it.
        guard next.isWhitespace, let after = rest.dropFirst().first else { return false }
        return after == "-" || after == "–" || after == "—" || after.isNewline
    }

    private static func folded(_ word: Substring) -> String {
        let lower = word.lowercased()
        if lower.utf8.allSatisfy({ $0 < 0x80 }) { return lower }
        var folded = String.UnicodeScalarView()
        for scalar in lower.unicodeScalars {
            folded.append(apostrophes.contains(scalar) ? "'" : scalar)
        }
        return String(folded)
    }
}

extension [Words.Word] {
    /// Where consecutive words stand in their text.
    func textRange(of words: Range<Int>) -> Range<String.Index> {
        self[words.lowerBound].range.lowerBound..<self[words.upperBound - 1].range.upperBound
    }
}
