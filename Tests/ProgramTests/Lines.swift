import Foundation

/// The whole lines of a file; none of a file that is not there.
struct Lines: Collection {
    private let lines: [Substring]

    init(_ path: String) {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    }

    var startIndex: Int { lines.startIndex }
    var endIndex: Int { lines.endIndex }
    func index(after index: Int) -> Int { lines.index(after: index) }
    subscript(index: Int) -> String { String(lines[index]) }

    /// Reads each line as JSON.
    func decoded<Row: Decodable>(as type: Row.Type = Row.self) throws -> [Row] {
        try map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
    }
}
