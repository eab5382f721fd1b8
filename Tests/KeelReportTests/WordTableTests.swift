import Foundation
import KeelReport
import Testing

/// Texts written by a table of words read back as they were.
struct WordTableTests {
    private func read(_ table: WordTable) -> [String] {
        DeferredParts(words: table.words, written: table.texts).texts
    }

    @Test func `hostile texts read back, byte by byte`() {
        let texts =
            Hostile.texts + Hostile.texts + [Hostile.forbidden, "~", "~~ a~b ~", "&amp", "a<b"]
        let again = read(WordTable(texts))
        #expect(again.map { Array($0.utf8) } == texts.map { Array($0.utf8) })
    }

    @Test func `any mixture of words, signs and tags reads back`() {
        var wave = Wave()
        let pieces = [
            "the", " the", " ", "~", "<p>", "<", ">", "&#39;", "&", "é", "e\u{301}", "\n",
        ]
        for _ in 0..<200 {
            let texts = (0..<3).map { _ in
                (0..<20).map { _ in pieces[Int(wave.next() * 11.99)] }.joined()
            }
            for (text, again) in zip(texts, read(WordTable(texts))) {
                #expect(text.utf8.elementsEqual(again.utf8), "\(text)")
            }
        }
    }

    @Test func `more words than there are characters read back`() {
        let text = (0..<70_000).map { "w\($0)" }.joined(separator: " ")
        #expect(read(WordTable([text, text])) == [text, text])
    }

    @Test func `texts of few words take less than half the room`() {
        let text = Demo.dimensions.joined(separator: " ")
        let table = WordTable(Array(repeating: text, count: 50))
        #expect(table.texts.reduce(0) { $0 + $1.utf8.count } * 2 < text.utf8.count * 50)
    }

    @Test func `no character that stands for a word has to be escaped`() throws {
        let text = (0..<60_000).map { "w\($0)" }.joined(separator: " ")
        let written = WordTable([text, text]).texts[0].split(separator: "~")[0]
        #expect(String(written).escapedForScript.utf8.count == written.utf8.count + 2)
    }
}

/// What a page's script makes of its deferred parts, by the same counting.
struct DeferredParts: Decodable {
    private let words: [String]
    private let written: [String]

    private enum CodingKeys: String, CodingKey {
        case words
        case written = "texts"
    }

    init(words: [String], written: [String]) {
        self.words = words
        self.written = written
    }

    init(of html: String) throws {
        let start = try #require(html.range(of: "id=\"parts\">"))
        let end = try #require(html[start.upperBound...].range(of: "</script>"))
        self = try JSONDecoder().decode(
            Self.self, from: Data(html[start.upperBound..<end.lowerBound].utf8))
    }

    var texts: [String] {
        var table: [Unicode.Scalar: String] = [:]
        var code: UInt32 = 0x1F
        for word in words {
            repeat {
                code = code == 0x7D ? 0xA1 : code == 0x1FFF ? 0x2070 : code + 1
            } while [0x22, 0x3C, 0x5C].contains(code)
            if let scalar = Unicode.Scalar(code) { table[scalar] = word }
        }
        return written.map { text in
            let pieces = text.unicodeScalars.split(
                separator: "~", omittingEmptySubsequences: false)
            return pieces.enumerated().map { index, piece in
                index % 2 == 1 ? String(piece) : piece.map { table[$0] ?? "" }.joined()
            }.joined()
        }
    }
}
