import KeelFormats

/// A file of training rows, checked whole before anything is trained.
public struct TrainingFile {
    public let path: String
    /// Texts that mark evaluation data; a row that holds one is refused.
    public var canaries: [String]
    /// Whether a row may stand in the file more than once.
    public var allowsDuplicates: Bool

    public init(path: String, canaries: [String] = [], allowsDuplicates: Bool = false) {
        self.path = path
        self.canaries = canaries
        self.allowsDuplicates = allowsDuplicates
    }

    /// Reads all rows and makes of each what training needs.
    /// - Parameters:
    ///   - type: What rows are in the file.
    ///   - encode: Tokenizes a row; what it throws is reported with file and line.
    /// - Returns: What `encode` returned, in the order of the file.
    /// - Throws: `JSONLinesError` for the first row that is malformed, a duplicate, holds a canary or
    ///   cannot be encoded; `FileError`.
    public func rows<Row: TrainingRow, Item>(
        _ type: Row.Type, encode: (Row) throws -> [Item]
    ) throws -> [Item] {
        var reader = try JSONLinesReader<Row>(path: path)
        var items: [Item] = []
        var lines: [Row: Int] = [:]
        while let row = try reader.next() {
            for canary in canaries {
                guard
                    let field = row.fields.first(where: { field in
                        field.texts.contains { $0.contains(canary) }
                    })
                else { continue }
                throw reader.error(
                    .invalidValue(
                        field: field.name,
                        reason: "it holds the canary \"\(canary)\", which marks evaluation data. A "
                            + "model trained on it cannot be measured by it; take the row out."))
            }
            if !allowsDuplicates, let line = lines.updateValue(reader.line, forKey: row) {
                throw reader.error(
                    .invalidValue(
                        field: row.fields.map(\.name).joined(separator: ", "),
                        reason: "it repeats line \(line). Take one out, or allow duplicates."))
            }
            do {
                items += try encode(row)
            } catch let error as RowError {
                throw reader.error(.invalidValue(field: error.field, reason: error.reason))
            } catch {
                throw reader.error(.invalidValue(field: "", reason: "\(error)"))
            }
        }
        if items.isEmpty {
            throw reader.error(.invalidValue(field: "", reason: "the file holds no rows."))
        }
        return items
    }
}

/// Why a row that can be read cannot be trained on.
struct RowError: Error {
    var field: String
    var reason: String
}
