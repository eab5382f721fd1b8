/// What a model thinks before it answers, and how a reader takes it apart.
public enum ThoughtText {
    private static let tags = ["think", "thinking", "reasoning"]

    /// The reasoning in an answer: what stands between `<think>` and `</think>` and their like; where the
    /// end is missing, all that follows.
    /// - Returns: Nil where there is none.
    public static func reasoning(in answer: String) -> String? {
        var parts: [Substring] = []
        for tag in tags {
            var rest = answer[...]
            while let open = rest.firstRange(of: "<\(tag)>") {
                rest = rest[open.upperBound...]
                guard let close = rest.firstRange(of: "</\(tag)>") else {
                    parts.append(rest)
                    break
                }
                parts.append(rest[..<close.lowerBound])
                rest = rest[close.upperBound...]
            }
            // Some templates open the tag in the prompt.
            if parts.isEmpty, let close = answer.firstRange(of: "</\(tag)>") {
                parts.append(answer[..<close.lowerBound])
            }
        }
        let text = parts.joined(separator: "\n")
        return text.allSatisfy(\.isWhitespace) ? nil : text
    }

    /// What stands for words that the model repeats and does not say itself.
    static let quote = "QQ"

    /// Sentences, with quoted words taken out of them.
    static func sentences(_ text: String) -> [String] {
        var sentences: [String] = []
        var sentence = ""
        var hasEnded = false
        for character in unquoted(text) {
            if character.isNewline || hasEnded && character.isWhitespace {
                sentences.append(sentence)
                sentence = ""
                hasEnded = false
            } else {
                sentence.append(character)
                hasEnded = ".!?;:".contains(character)
            }
        }
        return (sentences + [sentence]).filter { !$0.allSatisfy(\.isWhitespace) }
    }

    /// The text with each quotation replaced by one word.
    ///
    /// Between single marks a quotation has several words; one by itself is only marked.
    private static func unquoted(_ text: String) -> String {
        let characters = text.map { character -> Character in
            switch character {
            case "’", "‘": "'"
            case "“", "”": "\""
            default: character
            }
        }
        var result = ""
        var index = 0
        while index < characters.count {
            let mark = characters[index]
            if mark == "\"" || mark == "'",
                let end = characters[(index + 1)...].firstIndex(of: mark),
                mark == "\"" || isQuotation(characters, index, end)
            {
                result += " \(quote) "
                index = end + 1
            } else {
                result.append(mark)
                index += 1
            }
        }
        return result
    }

    private static func isQuotation(_ text: [Character], _ start: Int, _ end: Int) -> Bool {
        func isWord(_ index: Int) -> Bool {
            text.indices.contains(index) && text[index].isASCII
                && (text[index].isLetter || text[index].isNumber)
        }
        return !isWord(start - 1) && !isWord(end + 1)
            && text[start..<end].contains(where: \.isWhitespace)
    }

    /// What contractions stand for, in the order in which they are undone.
    private static let contractions = [
        ("won't", "will not"), ("can't", "can not"), ("shan't", "shall not"), ("ain't", "am not"),
        ("n't", " not"), ("'ll", " will"), ("'m", " am"), ("'ve", " have"), ("'d", " would"),
        ("'re", " are"), ("let's", "let us"),
    ]

    private static let digits: ClosedRange<Unicode.Scalar> = "0"..."9"
    private static let letters: ClosedRange<Unicode.Scalar> = "a"..."z"

    /// Words of ASCII letters, and numbers, in lower case, contractions undone.
    static func words(_ sentence: String) -> [String] {
        let text = contractions.reduce(sentence.lowercased()) { $0.replacing($1.0, with: $1.1) }
        var words: [String] = []
        var word = ""
        var isNumber = false
        for scalar in text.unicodeScalars {
            let isDigit = digits.contains(scalar)
            guard isDigit || letters.contains(scalar) else {
                if !word.isEmpty { words.append(word) }
                word = ""
                continue
            }
            if !word.isEmpty, isDigit != isNumber {
                words.append(word)
                word = ""
            }
            isNumber = isDigit
            word.unicodeScalars.append(scalar)
        }
        return word.isEmpty ? words : words + [word]
    }
}
