import KeelTokenizer
import Testing

/// What `Sources/KeelTokenizer/KeelTokenizer.docc` shows, compiled and run; `make test-docs` holds the two equal.
struct SnippetTests {
    @Test func `text to ids and back`() throws {
        let file = try Golden.data("tokenizer.json")
        let tokenizer = try BytePairTokenizer(tokenizerJSON: file)
        let ids = tokenizer.encode("A keel holds a ship upright.")
        let text = tokenizer.decode(ids)
        #expect(text == "A keel holds a ship upright." && !ids.isEmpty)
    }
}
