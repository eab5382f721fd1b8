import KeelModel
import KeelTokenizer
import Testing

@Suite struct TextAssemblerTests {
    /// Pieces of text that `tokens` (bytes of the tiny tokenizer) give, and whether a stop text ended them.
    private func assemble(_ text: String, stop: [String]) throws -> (
        pieces: [String], text: String, stopped: Bool
    ) {
        let tokenizer = try Golden.tiny().tokenizer
        var assembler = TextAssembler(tokenizer, stop: stop)
        var pieces: [String] = []
        for token in tokenizer.encode(text) {
            let (piece, stopped) = assembler.append(token)
            if !piece.isEmpty { pieces.append(piece) }
            if stopped { return (pieces, assembler.text, true) }
        }
        let rest = assembler.finish()
        if !rest.isEmpty { pieces.append(rest) }
        return (pieces, assembler.text, false)
    }

    @Test func `pieces joined are the text, whatever looks like the start of a stop text`() throws {
        for text in ["plain", "a<b<<c<", "né 床前🙂", "<<<", ""] {
            let result = try assemble(text, stop: ["<<END", "c<d"])
            #expect(result.pieces.joined() == text)
            #expect(result.text == text)
            #expect(!result.stopped)
        }
    }

    @Test func `nothing of a stop text is shown, even when it comes byte by byte`() throws {
        let result = try assemble("one two STOP three", stop: ["STOP"])
        #expect(result.pieces.joined() == "one two ")
        #expect(result.stopped)
        #expect(try assemble("abab", stop: ["bb", "ba"]).text == "a")
    }

    @Test func `only whole characters are sent`() throws {
        for piece in try assemble("🙂é", stop: []).pieces {
            #expect(!piece.unicodeScalars.contains("\u{FFFD}"))
        }
    }
}
