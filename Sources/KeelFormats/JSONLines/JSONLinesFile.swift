import Foundation

/// Whole files of one JSON value a line.
public enum JSONLinesFile {
    /// Writes a file that appears whole or not at all.
    ///
    /// Keys are sorted and slashes plain, so equal rows are equal lines.
    /// - Parameters:
    ///   - path: Where the file goes; an older one there is replaced.
    ///   - rows: Calls its argument once for each row, in order.
    /// - Throws: `JSONLinesError` for a value that JSON cannot hold, such as NaN; `FileError`; what
    ///   `rows` throws.
    public static func write(
        to path: String, _ rows: ((any Encodable) throws -> Void) throws -> Void
    ) throws {
        let file = try AtomicFile(path: path)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var line = 0
        try rows { row in
            line += 1
            var text: Data
            do {
                text = try encoder.encode(row)
            } catch {
                throw JSONLinesError(
                    path: path, line: line,
                    defect: JSONLinesError.Defect(encodingFailedWith: error))
            }
            text.append(UInt8(ascii: "\n"))
            try text.withUnsafeBytes { try file.write($0) }
        }
        try file.commit()
    }
}
