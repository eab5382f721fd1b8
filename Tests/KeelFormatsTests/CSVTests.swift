import Foundation
import KeelFormats
import KeelStatistics
import TestSupport
import Testing

struct CSVTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func read(_ bytes: [UInt8], limit: Int = 1 << 26) throws -> [[String]] {
        let path = try scratch.write(bytes, to: "table.csv")
        var reader = try CSVReader(path: path, maximumRecordByteCount: limit)
        var rows = [reader.columns]
        while let row = try reader.next() { rows.append(row.fields) }
        return rows
    }

    private func read(_ text: String) throws -> [[String]] { try read(Array(text.utf8)) }

    // MARK: Reading

    @Test func `it reads what Python's csv module wrote`() throws {
        var reader = try CSVReader(path: golden("table.csv"))
        var rows = [reader.columns]
        while let row = try reader.next() { rows.append(row.fields) }
        let expected = try JSONDecoder().decode(
            [[String]].self, from: Data(bytes(of: golden("table.json"))))
        #expect(
            rows.map { $0.map { Array($0.unicodeScalars) } }
                == expected.map { $0.map { Array($0.unicodeScalars) } })
    }

    @Test(arguments: [
        "a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4\r\n", "a,b\n1,2\n3,4", "\u{FEFF}a,b\n1,2\n3,4\n",
        "\u{FEFF}\"a\",b\r\n\"1\",\"2\"\r\n\r\n3,4\r\n\n", "\n\na,b\n1,2\n\n3,4",
    ])
    func `line ends, a byte order mark, needless quotes and blank lines do not matter`(
        text: String
    ) throws {
        #expect(try read(text) == [["a", "b"], ["1", "2"], ["3", "4"]])
    }

    @Test func `a quoted field may hold commas, quotes and line ends of either kind`() throws {
        #expect(
            try read("a,b\r\n\"1,\"\"x\"\"\n\n2\r\n3\", y \r\n\"\",\r\n")
                == [["a", "b"], ["1,\"x\"\n\n2\r\n3", " y "], ["", ""]])
    }

    @Test func `a row knows its columns by name, and the line on which it begins`() throws {
        let path = try scratch.write(Array("a,b\n\"x\ny\",1\n\nz,2\n".utf8), to: "table.csv")
        var reader = try CSVReader(path: path)
        try reader.require(["b", "a"])
        let first = try #require(try reader.next())
        let second = try #require(try reader.next())
        #expect(first.line == 2 && first["b"] == "1" && first["c"] == nil)
        #expect(second.line == 5 && second["a"] == "z")
        #expect(try reader.next() == nil)
    }

    @Test(arguments: [
        ("", 1, "has no header"), ("\n\n", 1, "has no header"),
        ("a,a\n", 1, "column \"a\" is there twice"),
        ("a,b\n1\n", 2, "has 1 fields, the header 2"),
        ("a,b\n1,2\n\n1,2,3\n", 4, "has 3 fields, the header 2"),
        ("a,b\n1,2\n1,\"x\ny\n3,4\n", 3, "column \"b\": the quote that opens the field"),
        ("\"a,b\n1,2\n", 1, "column \"1\": the quote that opens the field"),
        ("a,b\n\"x\ny\" z,2\n", 2, "column \"a\": text follows the closing quote"),
        ("a,b\n1,x\"y\n", 2, "column \"b\": there is a quote inside"),
        ("a,b\r1,2\r", 1, "column \"2\": a carriage return stands alone"),
        ("a,b\n1,\"x\"\ry\n", 2, "column \"b\": a carriage return stands alone"),
    ])
    func `a defect has its line, and its column where it has one`(
        text: String, line: Int, words: String
    ) throws {
        let error = #expect(throws: CSVError.self) { try read(text) }
        #expect(error?.line == line)
        #expect(error?.description.contains("table.csv, line \(line): ") == true)
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func `what is not UTF-8 is refused with its column`() throws {
        let error = #expect(throws: CSVError.self) {
            try read(Array("a,b\n1,2\n1,Gr".utf8) + [0xFC] + Array("n\n".utf8))
        }
        #expect(error?.line == 3 && error?.defect == .notUTF8(column: "b"))
    }

    @Test func `a column that is missing is named, with those there are`() throws {
        let path = try scratch.write(Array("a,b\n".utf8), to: "table.csv")
        let reader = try CSVReader(path: path)
        let error = #expect(throws: CSVError.self) { try reader.require(["a", "c"]) }
        #expect(error?.defect == .missingColumn("c", known: ["a", "b"]))
    }

    @Test func `an open quote does not take a whole file into memory`() throws {
        let text = Array("a\n\"".utf8) + Array(String(repeating: "x\n", count: 100_000).utf8)
        let error = #expect(throws: CSVError.self) { try read(text, limit: 5000) }
        #expect(error?.line == 2 && error?.defect == .tooLong(limit: 5000))
    }

    @Test func `100,000 rows pass through a reader that holds 64 bytes of them`() throws {
        var text = "id,text\n"
        for row in 0..<100_000 { text += "\(row),\"a row, with \"\"\(row)\"\" in it\"\n" }
        let path = try scratch.write(Array(text.utf8), to: "table.csv")
        var reader = try CSVReader(path: path, maximumRecordByteCount: 64)
        var count = 0
        while let row = try reader.next() {
            guard row["id"] == "\(count)", row["text"] == "a row, with \"\(count)\" in it" else {
                Issue.record("row \(count) is \(row.fields)")
                return
            }
            count += 1
        }
        #expect(count == 100_000)
    }

    // MARK: Writing

    @Test func `what is written reads back, whatever it is`() throws {
        var random = SeededGenerator(seed: 20_26)
        let pieces = ["", "a", " ", ",", "\"", "\n", "\r", "\r\n", "é", "🌍", "\u{FEFF}", "\u{0}"]
        for _ in 0..<200 {
            let columns = (1...Int.random(in: 1...4, using: &random)).map { "c\($0)" }
            let rows = (0..<Int.random(in: 0...5, using: &random)).map { _ in
                columns.map { _ in
                    (0..<Int.random(in: 0...6, using: &random))
                        .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
                }
            }
            let path = scratch.path("written.csv")
            var writer = try CSVWriter(path: path, columns: columns)
            for row in rows { try writer.append(row) }
            try writer.commit()
            var reader = try CSVReader(path: path)
            #expect(reader.columns == columns)
            for row in rows {
                let found = try #require(try reader.next())
                #expect(found.fields.map { Array($0.utf8) } == row.map { Array($0.utf8) })
            }
            #expect(try reader.next() == nil)
        }
    }

    @Test func `an absent field and an empty text differ in the file`() {
        #expect(CSVWriter.record([nil, "", " a", "b"]) == ",\"\",\" a\",b\r\n")
    }

    @Test func `a file that is not finished is not there, and the older one is as it was`() throws {
        let path = try scratch.write(Array("old".utf8), to: "table.csv")
        do {
            var writer = try CSVWriter(path: path, columns: ["a"])
            try writer.append(["1"])
        }
        #expect(try String(decoding: bytes(of: path), as: UTF8.self) == "old")
        #expect(try scratch.names == ["table.csv"])
        let error = #expect(throws: FileError.self) {
            _ = try CSVWriter(path: scratch.path("no/table.csv"), columns: ["a"])
        }
        #expect(error == .notFound(path: scratch.path("no/table.csv")))
    }
}
