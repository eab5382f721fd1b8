package import Foundation

/// Says in terms of the file what Foundation says in terms of Swift.
extension JSONLinesError.Defect {
    /// What kept a line from being decoded.
    package init(decoding line: Data, failedWith error: any Error) {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            self = .missingField(Self.field(context.codingPath + [key]))
        case DecodingError.typeMismatch(let type, let context):
            self = .wrongType(
                field: Self.field(context.codingPath), expected: Self.words(for: type))
        case DecodingError.valueNotFound(let type, let context):
            self = .isNull(
                field: Self.field(context.codingPath), expected: Self.words(for: type))
        case DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty:
            self.init(explaining: line, context.debugDescription)
        case DecodingError.dataCorrupted(let context):
            self = .invalidValue(
                field: Self.field(context.codingPath), reason: context.debugDescription)
        default:
            self = .invalidValue(field: "", reason: "\(error)")
        }
    }

    /// What kept a row from being encoded.
    init(encodingFailedWith error: any Error) {
        guard case EncodingError.invalidValue(_, let context) = error else {
            self = .invalidValue(field: "", reason: "\(error)")
            return
        }
        self = .invalidValue(
            field: Self.field(context.codingPath), reason: context.debugDescription)
    }

    /// Parses the line again, without a type, to find what the decoder does not tell: whether it
    /// is JSON at all, and if so, which numbers are not the whole numbers that were wanted.
    private init(explaining line: Data, _ reason: String) {
        do {
            let value = try JSONSerialization.jsonObject(with: line, options: .fragmentsAllowed)
            let fields = Self.unwholeNumbers(in: value, at: "").sorted()
            self =
                fields.isEmpty
                ? .invalidValue(field: "", reason: reason)
                : .notWhole(fields: fields)
        } catch {
            let details = (error as NSError).userInfo
            self = .notJSON(details["NSDebugDescription"] as? String ?? reason)
        }
    }

    private static func unwholeNumbers(in value: Any, at path: String) -> [String] {
        switch value {
        case let members as [String: Any]:
            members.flatMap { unwholeNumbers(in: $1, at: path.isEmpty ? $0 : "\(path).\($0)") }
        case let items as [Any]:
            items.enumerated().flatMap { unwholeNumbers(in: $1, at: "\(path)[\($0)]") }
        default:
            value is NSNumber && !(value is Int) ? [path] : []
        }
    }

    private static func field(_ path: [any CodingKey]) -> String {
        path.reduce("") { text, key in
            if let index = key.intValue { return "\(text)[\(index)]" }
            return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
        }
    }

    private static func words(for type: any Any.Type) -> String {
        switch type {
        case is String.Type: "text"
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is [Any].Type: "a list"
        case is [String: Any].Type: "an object"
        default: "a \(type)"
        }
    }
}
