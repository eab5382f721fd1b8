import KeelFormats
import TestSupport
import Testing

struct JSONLinesFileTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func `rows that were written are the rows that are read`() throws {
        let path = scratch.path("rows.jsonl")
        let rows = [["b": "/", "a": "\n"], [:], ["é": "🌍"]]
        try JSONLinesFile.write(to: path) { append in for row in rows { try append(row) } }
        var reader = try JSONLinesReader<[String: String]>(path: path)
        #expect(try reader.readAll() == rows)
        #expect(
            try String(decoding: bytes(of: path), as: UTF8.self).hasPrefix(#"{"a":"\n","b":"/"}"#))
    }

    @Test func `a row that cannot be written leaves the old file as it was`() throws {
        let path = try scratch.write(Array("{}\n".utf8), to: "rows.jsonl")
        let error = #expect(throws: JSONLinesError.self) {
            try JSONLinesFile.write(to: path) { append in
                try append(["x": 1.5])
                try append(["x": Double.nan])
            }
        }
        #expect(error?.line == 2)
        #expect(try bytes(of: path) == Array("{}\n".utf8))
        #expect(try scratch.names == ["rows.jsonl"])
    }

    @Test(arguments: ["\n\"after\"\n", ""])
    func `a line that is too long is passed over`(rest: String) throws {
        let long = String(repeating: "x", count: 300_000)
        let path = try scratch.write(Array("\"before\"\n\(long)\(rest)".utf8), to: "rows.jsonl")
        var reader = try JSONLinesReader<String>(path: path, maximumLineByteCount: 1000)
        #expect(try reader.next() == "before")
        let error = #expect(throws: JSONLinesError.self) { try reader.next() }
        #expect(error?.defect == .tooLong(limit: 1000) && error?.line == 2)
        #expect(try reader.next() == (rest.isEmpty ? nil : "after"))
        #expect(try reader.next() == nil)
    }
}
