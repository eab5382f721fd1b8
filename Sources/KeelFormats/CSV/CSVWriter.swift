/// Writes a CSV file that appears whole or not at all.
///
/// The format is RFC 4180 in UTF-8, with CRLF at the end of each record. An absent field is left
/// empty, an empty text is a pair of quotes.
public struct CSVWriter: ~Copyable {
    private static let chunkByteCount = 1 << 16

    private let file: AtomicFile
    private let columnCount: Int
    private var buffer: [UInt8]

    /// Begins a file; an older one there is replaced by `commit`.
    /// - Throws: `FileError`.
    public init(path: String, columns: [String]) throws(FileError) {
        file = try AtomicFile(path: path)
        columnCount = columns.count
        buffer = Array(Self.record(columns).utf8)
    }

    /// Appends a record of as many fields as there are columns.
    /// - Throws: `FileError` if writing fails.
    public mutating func append(_ fields: [String?]) throws(FileError) {
        precondition(fields.count == columnCount, "a record has a field for each column")
        buffer += Self.record(fields).utf8
        if buffer.count >= Self.chunkByteCount { try flush() }
    }

    /// Puts the file in its place.
    /// - Throws: `FileError`; then an older file there is as it was.
    public consuming func commit() throws(FileError) {
        try flush()
        try file.commit()
    }

    /// One record with its line end.
    public static func record(_ fields: [String?]) -> String {
        fields.map { $0.map(field) ?? "" }.joined(separator: ",") + "\r\n"
    }

    private static func field(_ text: String) -> String {
        let needsQuotes =
            text.isEmpty || text.first == " " || text.last == " "
            || text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }

    private mutating func flush() throws(FileError) {
        try buffer.span.bytes.withUnsafeBytes { bytes throws(FileError) in
            try file.write(bytes)
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
