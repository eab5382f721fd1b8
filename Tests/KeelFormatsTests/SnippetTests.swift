import Foundation
import KeelFormats
import TestSupport
import Testing

/// What `Sources/KeelFormats/KeelFormats.docc` shows, compiled and run; `make test-docs` holds the two equal.
struct SnippetTests {
    @Test func `rows of a file`() throws {
        let scratch = try Scratch()
        let lines = """
            {"id": 1, "text": "a"}
            {"id": 2, "text": "b"}
            """
        let path = try scratch.write(Array(lines.utf8), to: "rows.jsonl")
        struct Row: Decodable {
            var id: Int
            var text: String
        }
        var reader = try JSONLinesReader<Row>(path: path)
        let rows = try reader.readAll()
        #expect(rows.map(\.id) == [1, 2] && rows.map(\.text) == ["a", "b"])
    }
}
