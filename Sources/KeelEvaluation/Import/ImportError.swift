/// What keeps a file from being imported as a suite, and where.
///
/// What breaks the format itself is a `CSVError`, a `JSONLinesError` or a `FileError`.
public struct ImportError: Error, Hashable, Sendable, CustomStringConvertible {
    public let path: String
    /// Counted from 1; 0 where the defect has no line.
    public let line: Int
    /// What is wrong.
    public let defect: Defect

    /// The ways in which rows can be of no use.
    public enum Defect: Hashable, Sendable {
        case notJSON(String)
        case noRows
        case missing(field: String)
        case empty(field: String)
        case notAChoice(field: String, value: String, choices: [String])
        /// Two fields that must differ do not.
        case same(field: String, other: String)
        case duplicate(field: String, value: String, firstLine: Int)
        case invalid(field: String, reason: String)
        case oneCluster(String)
        case badName(String)
    }

    public var description: String {
        "\(path)\(line > 0 ? ", line \(line)" : ""): \(explanation)"
    }

    private var explanation: String {
        switch defect {
        case .notJSON(let reason): reason
        case .noRows:
            "there is no row to ask about. Download or write the file again."
        case .missing(let field):
            "field \"\(field)\" is missing."
        case .empty(let field):
            "field \"\(field)\" is empty. Fill it in or take the row out."
        case .notAChoice(let field, let value, let choices):
            "field \"\(field)\" is \"\(value)\"; it must be one of "
                + choices.joined(separator: ", ") + "."
        case .same(let field, let other):
            "fields \"\(field)\" and \"\(other)\" say the same. Make them differ or take the row "
                + "out."
        case .duplicate(let field, let value, let firstLine):
            "field \"\(field)\" is \"\(value)\" as on line \(firstLine). Each row needs its own."
        case .invalid(let field, let reason):
            "field \"\(field)\" \(reason)"
        case .oneCluster(let what):
            "all rows \(what), so they make one cluster. Errors are estimated from the spread "
                + "between clusters; use a file with at least two."
        case .badName(let name):
            "\"\(name)\" is no name for a suite. Use small letters, digits and hyphens."
        }
    }
}
