import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Reads a file of one JSON value a line, holding one line in memory.
///
/// ```swift
/// var reader = try JSONLinesReader<Row>(path: "rows.jsonl")
/// while let row = try reader.next() { … }
/// ```
/// A byte order mark, CRLF, blank lines, and a last line without a line feed are accepted.
public struct JSONLinesReader<Row: Decodable>: ~Copyable {
    /// The number of the line read last, counted from 1.
    public private(set) var line = 0
    /// The file that is read.
    public var path: String { lines.file.path }
    private var lines: LineReader
    private let decoder = JSONDecoder()

    /// Opens a file.
    /// - Parameters:
    ///   - path: A plain file.
    ///   - maximumLineByteCount: A longer line is refused rather than held in memory.
    /// - Throws: `FileError`.
    public init(path: String, maximumLineByteCount: Int = 1 << 26) throws(FileError) {
        self.init(try FileDescriptor.file(path, O_RDONLY), maximumLineByteCount)
    }

    private init(_ file: consuming FileDescriptor, _ maximumLineByteCount: Int) {
        self.lines = LineReader(file, maximumByteCount: maximumLineByteCount)
    }

    /// Reads what is piped into the program.
    public static func standardInput() -> JSONLinesReader {
        JSONLinesReader(.standardInput, 1 << 26)
    }

    /// Returns the next row, or nil after the last.
    /// - Throws: `JSONLinesError`, naming the line and the field; `FileError` if reading fails.
    public mutating func next() throws -> Row? {
        while let next = try lines.next() {
            line += 1
            guard case .text(var text) = next else {
                throw error(.tooLong(limit: lines.maximumByteCount))
            }
            if line == 1 && text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
            if text.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { continue }
            let data = Data(text)
            do {
                return try decoder.decode(Row.self, from: data)
            } catch {
                throw self.error(JSONLinesError.Defect(decoding: data, failedWith: error))
            }
        }
        return nil
    }

    /// Returns all rows that are left.
    public mutating func readAll() throws -> [Row] {
        var rows: [Row] = []
        while let row = try next() { rows.append(row) }
        return rows
    }

    /// Makes an error about the line read last, for a check that decoding cannot do.
    public func error(_ defect: JSONLinesError.Defect) -> JSONLinesError {
        JSONLinesError(path: path, line: line, defect: defect)
    }
}
