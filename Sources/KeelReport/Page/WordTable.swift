/// Texts written by a table of the words they share, one character for each word.
///
/// Answers to one suite are made of few words, so a page with thousands of them takes less than
/// half the room, and any browser reads it back in ten lines of script. A word is a tag, a
/// character reference, a run of letters and digits with the space before it, or one other
/// character. Words that occur once, and those for which the alphabet has no character left, stand
/// as they are between two tildes.
package struct WordTable: Hashable, Sendable {
    /// The words, the most frequent first; the alphabet's characters stand for them in this order.
    package let words: [String]
    package let texts: [String]

    /// The characters that stand for words: those of one byte first, none that JSON or a `script`
    /// element would have to escape, none that turns the direction of a text, and not the tilde.
    ///
    /// `Script` counts through them in the same way.
    private static let alphabet: [Unicode.Scalar] =
        [0x20...0x7D, 0xA1...0x1FFF, 0x2070...0xD7FF].joined().compactMap { (code: UInt32) in
            let scalar = Unicode.Scalar(code)
            return ["\"", "<", "\\"].contains(scalar) ? nil : scalar
        }
    private static let tilde = UInt8(ascii: "~")

    package init(_ texts: [String]) {
        var numbers: [Word: Int] = [:]
        var counts: [Int] = []
        var found: [Word] = []
        let split = texts.map { text in
            Word.all(in: Array(text.utf8)).map { word in
                if let number = numbers[word] {
                    counts[number] += 1
                    return number
                }
                numbers[word] = found.count
                found.append(word)
                counts.append(1)
                return found.count - 1
            }
        }
        // A tilde is never written as it is, since it ends what is.
        let kept = found.indices
            .filter { counts[$0] > 1 || found[$0].bytes.first == Self.tilde }
            .sorted {
                let (one, other) = (found[$0].bytes.first, found[$1].bytes.first)
                if (one == Self.tilde) != (other == Self.tilde) { return one == Self.tilde }
                return (counts[$0], $1) > (counts[$1], $0)
            }
            .prefix(Self.alphabet.count)
        var codes = [Unicode.Scalar?](repeating: nil, count: found.count)
        for (number, code) in zip(kept, Self.alphabet) { codes[number] = code }
        words = kept.map { found[$0].text }
        self.texts = split.map { numbers in
            var text = String.UnicodeScalarView()
            var isPlain = false
            for number in numbers {
                if (codes[number] == nil) != isPlain {
                    text.append("~")
                    isPlain.toggle()
                }
                if let code = codes[number] {
                    text.append(code)
                } else {
                    text.append(contentsOf: found[number].text.unicodeScalars)
                }
            }
            if isPlain { text.append("~") }
            return String(text)
        }
    }

    /// The table as JSON that may stand inside a `script` element.
    var json: String {
        func list(_ texts: [String]) -> String {
            "[" + texts.map(\.escapedForScript).joined(separator: ",") + "]"
        }
        return "{\"words\":\(list(words)),\"texts\":\(list(texts))}"
    }
}

/// A stretch of UTF-8, compared by its bytes: texts that differ in their composition stay apart.
private struct Word: Hashable {
    let bytes: ArraySlice<UInt8>

    var text: String { String(decoding: bytes, as: UTF8.self) }

    static func == (one: Word, other: Word) -> Bool { one.bytes.elementsEqual(other.bytes) }

    func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    static func all(in text: [UInt8]) -> [Word] {
        var words: [Word] = []
        var start = 0
        while start < text.count {
            let end = end(of: text, from: start)
            words.append(Word(bytes: text[start..<end]))
            start = end
        }
        return words
    }

    private static func end(of text: [UInt8], from start: Int) -> Int {
        var end = start + 1
        switch text[start] {
        case UInt8(ascii: "<"):
            return last(UInt8(ascii: ">"), in: text[end...]) ?? end
        case UInt8(ascii: "&"):
            return last(UInt8(ascii: ";"), in: text[end...].prefix(8)) ?? end
        case UInt8(ascii: " ") where end < text.count && isLetter(text[end]): break
        case let byte where isLetter(byte): break
        default: return end
        }
        while end < text.count, isLetter(text[end]) { end += 1 }
        return end
    }

    /// The end of a word that ends with this byte; nil where a tilde, which has to stand alone, or
    /// the end of the text comes before it.
    private static func last(_ byte: UInt8, in text: ArraySlice<UInt8>) -> Int? {
        let found = text.firstIndex { $0 == byte || $0 == UInt8(ascii: "~") }
        return found.flatMap { text[$0] == byte ? $0 + 1 : nil }
    }

    /// Whatever is not ASCII counts as a letter, so that no character is cut.
    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
            true
        default: false
        }
    }
}
