import Foundation
import KeelFormats
import TestSupport
import Testing

struct JSONLinesTests {
    private struct Row: Codable, Equatable {
        var id: Int
        var text: String?
    }

    private struct Chat: Decodable {
        struct Message: Decodable {
            let role: String
            let weight: Double?
        }

        let messages: [Message]
    }

    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func read<R: Decodable>(
        _ text: String, as: R.Type, limit: Int = 1 << 26
    ) throws -> [R] {
        let path = try scratch.write(Array(text.utf8), to: "rows.jsonl")
        var reader = try JSONLinesReader<R>(path: path, maximumLineByteCount: limit)
        return try reader.readAll()
    }

    // MARK: Reading

    @Test(arguments: [
        "{\"id\":1}\n{\"id\":2}\n", "{\"id\":1}\n{\"id\":2}", "{\"id\":1}\r\n{\"id\":2}\r\n",
        "\u{FEFF}{\"id\":1}\n{\"id\":2}", "\n{\"id\":1}\n \t\r\n{\"id\":2}\n\n",
    ])
    func `line ends, byte order marks and blank lines do not matter`(text: String) throws {
        #expect(try read(text, as: Row.self) == [Row(id: 1), Row(id: 2)])
    }

    @Test func `an empty file has no rows`() throws {
        #expect(try read("", as: Row.self) == [])
    }

    @Test func `lines longer than a chunk come whole`() throws {
        let rows = (0..<5).map { Row(id: $0, text: String(repeating: "é", count: $0 * 50_000)) }
        let text = try rows.map { try String(decoding: JSONEncoder().encode($0), as: UTF8.self) }
        #expect(try read(text.joined(separator: "\n"), as: Row.self) == rows)
    }

    @Test(arguments: ["\n", ""]) func `a line over the limit is refused`(end: String) throws {
        let long = "\"" + String(repeating: "a", count: 200_000) + "\"" + end
        #expect(try read("1\n" + long, as: Fragment.self, limit: 200_002).count == 2)
        let error = #expect(throws: JSONLinesError.self) {
            try read("1\n" + long, as: Fragment.self, limit: 200_001)
        }
        #expect(error?.line == 2)
        #expect(error?.defect == .tooLong(limit: 200_001))
    }

    @Test(arguments: ["\n", "\n2\n", ""])
    func `a line over the limit can be passed over`(rest: String) throws {
        let scratch = try Scratch()
        let path = scratch.path("rows.jsonl")
        try Data(("1\n" + String(repeating: "a", count: 300_000) + rest).utf8)
            .write(to: URL(filePath: path))
        var reader = try JSONLinesReader<Int>(path: path, maximumLineByteCount: 1000)
        #expect(try reader.next() == 1)
        #expect(throws: JSONLinesError.self) { try reader.next() }
        #expect(try reader.next() == (rest == "\n2\n" ? 2 : nil))
        #expect(try reader.next() == nil)
        #expect(reader.line == (rest == "\n2\n" ? 3 : 2))
    }

    private struct Fragment: Decodable {
        init(from decoder: any Decoder) {}
    }

    @Test(arguments: [
        (#"{"messages":[{"role":"user"},{}]}"#, #"field "messages[1].role" is missing."#),
        ("{}", #"field "messages" is missing."#),
        (#"{"messages":[{"role":7}]}"#, #"field "messages[0].role" must be text."#),
        (
            #"{"messages":[{"role":null}]}"#,
            #"field "messages[0].role" is null; it must be text."#
        ),
        (
            #"{"messages":[{"role":"","weight":"1"}]}"#,
            #"field "messages[0].weight" must be a number."#
        ),
        (#"{"messages":"hello"}"#, #"field "messages" must be a list."#),
        (#"{"messages":["hello"]}"#, #"field "messages[0]" must be an object."#),
        ("[]", "the line must hold an object."),
    ])
    func `an error names the file, the line and the field`(line: String, sentence: String) throws {
        let good = #"{"messages":[]}"#
        let error = #expect(throws: JSONLinesError.self) {
            try read("\(good)\n\n\(line)\n\(good)", as: Chat.self)
        }
        #expect(error?.description == "\(scratch.path("rows.jsonl")), line 3: \(sentence)")
    }

    @Test(arguments: ["1e99", "1.5", "9223372036854775808"])
    func `a number that is not whole is named`(number: String) throws {
        let error = #expect(throws: JSONLinesError.self) {
            try read(#"{"id":\#(number)}"#, as: Row.self)
        }
        #expect(error?.defect == .notWhole(fields: ["id"]))
        #expect(error?.description.hasSuffix(#"too large; look at "id"."#) == true)
    }

    @Test func `a check of the caller names the line as well`() throws {
        let path = try scratch.write(Array("{\"id\":1}\n{\"id\":-1}".utf8), to: "rows.jsonl")
        var reader = try JSONLinesReader<Row>(path: path)
        while let row = try reader.next(), row.id >= 0 {}
        let error = reader.error(.invalidValue(field: "id", reason: "must not be negative."))
        #expect(error.description == "\(path), line 2: field \"id\": must not be negative.")
    }

    @Test(arguments: [
        "{\"id\":1", "{'id':1}", "id", "{\"id\":1} {\"id\":2}", "{\"id\":NaN}", "\u{0}",
    ])
    func `a line that is not JSON is refused`(line: String) throws {
        try expectNotJSON(line)
    }

    @Test(arguments: ["[", "{\"a\":"]) func `nesting a million deep is refused`(open: String) throws
    {
        try expectNotJSON(String(repeating: open, count: 1_000_000))
    }

    private func expectNotJSON(_ line: String) throws {
        let error = #expect(throws: JSONLinesError.self) { try read(line, as: Row.self) }
        guard case .notJSON(let reason) = error?.defect else {
            Issue.record("\(error as Any)")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test func `a missing file is named`() {
        let path = scratch.path("missing")
        #expect(throws: FileError.notFound(path: path)) {
            _ = try JSONLinesReader<Row>(path: path)
        }
    }

    // MARK: Writing

    @Test func `rows come back, with keys sorted and slashes plain`() throws {
        let path = scratch.path("rows.jsonl")
        let writer = try JSONLinesWriter(path: path)
        try writer.append(["b": "x/y", "a": "1\n2"])
        try writer.append(Row(id: 3, text: "é"))
        try writer.synchronize()
        let text = try String(decoding: bytes(of: path), as: UTF8.self)
        #expect(text == #"{"a":"1\n2","b":"x/y"}"# + "\n" + #"{"id":3,"text":"é"}"# + "\n")
    }

    /// A program may be killed, or the power fail, after any byte.
    @Test func `a line torn at any byte is removed, or completed if whole`() throws {
        let first = "{\"id\":1}\n"
        let torn = Array("{\"id\":2,\"text\":\"{}\"}".utf8)
        for count in 0...torn.count {
            let path = try scratch.write(Array(first.utf8) + torn[..<count], to: "rows.jsonl")
            let writer = try JSONLinesWriter(path: path)
            try writer.append(Row(id: 3))
            var reader = try JSONLinesReader<Row>(path: path)
            let ids = try reader.readAll().map(\.id)
            #expect(ids == (count == torn.count ? [1, 2, 3] : [1, 3]), "torn after \(count)")
            #expect(writer.discardedByteCount == (count == torn.count ? 0 : count))
        }
    }

    @Test func `a torn line longer than a chunk is removed`() throws {
        let whole = Array("{\"id\":1}\n".utf8)
        let torn = [UInt8(ascii: "{")] + [UInt8](repeating: UInt8(ascii: "x"), count: 199_999)
        let path = try scratch.write(whole + torn, to: "rows.jsonl")
        let writer = try JSONLinesWriter(path: path)
        #expect(writer.discardedByteCount == 200_000)
        #expect(try bytes(of: path) == whole)
    }

    @Test func `zeros that a loss of power left are removed`() throws {
        let whole = Array("{\"id\":1}\n".utf8)
        let path = try scratch.write(whole + [0, 0, 0], to: "rows.jsonl")
        #expect(try JSONLinesWriter(path: path).discardedByteCount == 3)
        #expect(try bytes(of: path) == whole)
    }

    @Test func `a file of another kind is left as it is`() throws {
        let text = Array("# Notes\nnot JSON".utf8)
        let path = try scratch.write(text, to: "notes.md")
        let error = #expect(throws: FileError.notJSONLines(path: path)) {
            try JSONLinesWriter(path: path)
        }
        #expect(error?.description.hasSuffix("Name another file.") == true)
        #expect(try bytes(of: path) == text)
    }

    @Test func `a second writer is refused until the first is gone`() throws {
        let path = scratch.path("rows.jsonl")
        do {
            let first = try JSONLinesWriter(path: path, exclusion: .refusing)
            #expect(throws: FileError.inUse(path: path)) {
                try JSONLinesWriter(path: path, exclusion: .refusing)
            }
            try first.append(Row(id: 1))
        }
        let second = try JSONLinesWriter(path: path, exclusion: .refusing)
        try second.append(Row(id: 2))
        #expect(try bytes(of: path) == Array("{\"id\":1}\n{\"id\":2}\n".utf8))
    }

    @Test func `a private file is its owner's alone, also if it was not before`() throws {
        for isThere in [false, true] {
            let path = scratch.path("\(isThere).jsonl")
            if isThere { try JSONLinesWriter(path: path).append(Row(id: 1)) }
            let writer = try JSONLinesWriter(path: path, isPrivate: true)
            try writer.append(Row(id: 2))
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
    }

    @Test func `a value that JSON cannot hold appends nothing`() throws {
        let path = scratch.path("rows.jsonl")
        let writer = try JSONLinesWriter(path: path)
        try writer.append(["loss": 1.5])
        let error = #expect(throws: JSONLinesError.self) { try writer.append(["loss": Double.nan]) }
        #expect(error?.line == 2)
        guard case .invalidValue("loss", _) = error?.defect else {
            Issue.record("\(error as Any)")
            return
        }
        #expect(try bytes(of: path) == Array("{\"loss\":1.5}\n".utf8))
    }

    @Test func `rows from many tasks stay whole`() async throws {
        let path = scratch.path("rows.jsonl")
        let writer = try JSONLinesWriter(path: path)
        try await withThrowingTaskGroup { group in
            for id in 0..<200 {
                group.addTask { try writer.append(Row(id: id, text: "\(id)")) }
            }
            try await group.waitForAll()
        }
        var reader = try JSONLinesReader<Row>(path: path)
        #expect(try Set(reader.readAll().map(\.id)) == Set(0..<200))
    }
}
