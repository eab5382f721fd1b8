#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Reads a CSV file with a header, holding one record in memory.
///
/// ```swift
/// var reader = try CSVReader(path: "rows.csv")
/// try reader.require(["prompt"])
/// while let row = try reader.next() { print(row["prompt"]) }
/// ```
/// The format is RFC 4180 in UTF-8: commas, fields in quotes where they hold commas, quotes or
/// line ends, quotes in them doubled, spaces part of the field. A byte order mark, LF for CRLF, and
/// blank lines between records are accepted; everything else is refused, since a guess about a
/// quote can swallow the rest of a file.
public struct CSVReader: ~Copyable {
    /// The names in the header, in order.
    public let columns: [String]
    /// The file that is read.
    public var path: String { records.path }
    private let index: [String: Int]
    private var records: Records

    /// Opens a file and reads its header.
    /// - Parameters:
    ///   - path: A plain file.
    ///   - maximumRecordByteCount: A longer record is refused rather than held in memory.
    /// - Throws: `FileError`, `CSVError`.
    public init(path: String, maximumRecordByteCount: Int = 1 << 26) throws {
        var records = Records(
            try FileDescriptor.file(path, O_RDONLY), maximumByteCount: maximumRecordByteCount)
        guard let header = try records.next() else { throw records.error(.noHeader, 1) }
        var index: [String: Int] = [:]
        for (number, name) in header.fields.enumerated() {
            guard index.updateValue(number, forKey: name) == nil else {
                throw records.error(.duplicateColumn(name), header.line)
            }
        }
        records.columns = header.fields
        columns = header.fields
        self.index = index
        self.records = records
    }

    /// Checks that the header has these columns.
    /// - Throws: `CSVError`, naming the first that is missing.
    public func require(_ names: [String]) throws(CSVError) {
        if let missing = names.first(where: { index[$0] == nil }) {
            throw CSVError(
                path: path, line: 1, defect: .missingColumn(missing, known: columns))
        }
    }

    /// Returns the next row, or nil after the last.
    /// - Throws: `CSVError`, naming the line and the column; `FileError` if reading fails.
    public mutating func next() throws -> CSVRow? {
        guard let (line, fields) = try records.next() else { return nil }
        guard fields.count == columns.count else {
            throw records.error(
                .wrongFieldCount(expected: columns.count, found: fields.count), line)
        }
        return CSVRow(line: line, fields: fields, index: index)
    }
}

/// Splits a file into records.
private struct Records: ~Copyable {
    /// What errors call the columns.
    var columns: [String] = []
    var path: String { lines.file.path }
    private var lines: LineReader
    private var line = 0

    init(_ file: consuming FileDescriptor, maximumByteCount: Int) {
        lines = LineReader(file, maximumByteCount: maximumByteCount)
    }

    mutating func next() throws -> (line: Int, fields: [String])? {
        var parser = CSVRecordParser()
        var start = 0
        var byteCount = 0
        while let next = try lines.next() {
            line += 1
            if start == 0 { start = line }
            guard case .text(var text) = next, byteCount + text.count <= lines.maximumByteCount
            else { throw error(.tooLong(limit: lines.maximumByteCount), start) }
            byteCount += text.count
            if line == 1, text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
            if !parser.isOpen, text.allSatisfy({ $0 == UInt8(ascii: "\r") }) {
                start = 0
                continue
            }
            do {
                try parser.read(text)
            } catch {
                throw self.error(error.defect(name(parser.fields.count)), start)
            }
            if !parser.isOpen { return (start, parser.fields) }
        }
        if parser.isOpen {
            throw error(.unclosedQuote(column: name(parser.fields.count)), start)
        }
        return nil
    }

    func error(_ defect: CSVError.Defect, _ line: Int) -> CSVError {
        CSVError(path: path, line: line, defect: defect)
    }

    private func name(_ column: Int) -> String {
        column < columns.count ? columns[column] : "\(column + 1)"
    }
}

extension CSVRecordParser.Defect {
    fileprivate func defect(_ column: String) -> CSVError.Defect {
        switch self {
        case .strayQuote: .strayQuote(column: column)
        case .textAfterQuote: .textAfterQuote(column: column)
        case .strayCarriageReturn: .strayCarriageReturn(column: column)
        case .notUTF8: .notUTF8(column: column)
        }
    }
}

/// A record of a CSV file, its fields found by the names in the header.
public struct CSVRow: Hashable, Sendable {
    /// The line on which it begins, counted from 1.
    public let line: Int
    /// In the order of the header, and as many.
    public let fields: [String]
    fileprivate let index: [String: Int]

    /// The field of a column; nil where the header has no such column.
    public subscript(column: String) -> String? {
        index[column].map { fields[$0] }
    }
}
