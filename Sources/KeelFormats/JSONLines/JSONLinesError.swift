/// What is wrong with a JSON Lines file, and on which line.
public struct JSONLinesError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, as it was asked for.
    public let path: String
    /// Counted from 1.
    public let line: Int
    /// What is wrong.
    public let defect: Defect

    public init(path: String, line: Int, defect: Defect) {
        self.path = path
        self.line = line
        self.defect = defect
    }

    /// The ways in which a line can be wrong; fields are written like `messages[0].role`.
    public enum Defect: Hashable, Sendable {
        case tooLong(limit: Int)
        case notJSON(String)
        case missingField(String)
        case wrongType(field: String, expected: String)
        case isNull(field: String, expected: String)
        /// Numbers that are fractions or too large, one of them where a whole number belongs.
        case notWhole(fields: [String])
        case invalidValue(field: String, reason: String)
    }

    public var description: String { "\(path), line \(line): \(defect)" }
}

extension JSONLinesError.Defect: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLong(let limit):
            "the line is longer than \(limit) bytes. Is this a file of JSON Lines?"
        case .notJSON(let reason):
            "this is not a JSON value (\(reason)). Each line must hold a whole one."
        case .missingField(let field):
            "field \"\(field)\" is missing."
        case .wrongType("", let expected):
            "the line must hold \(expected)."
        case .wrongType(let field, let expected):
            "field \"\(field)\" must be \(expected)."
        case .isNull(let field, let expected):
            "field \"\(field)\" is null; it must be \(expected)."
        case .notWhole(let fields):
            "a whole number is expected where there is a fraction, or a number too large; look at "
                + fields.map { "\"\($0)\"" }.joined(separator: ", ") + "."
        case .invalidValue("", let reason):
            reason
        case .invalidValue(let field, let reason):
            "field \"\(field)\": \(reason)"
        }
    }
}
