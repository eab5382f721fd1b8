/// A JSON value that keeps keys as they are written.
///
/// Foundation's decoders put keys in a `[String: …]`, where tokens that are canonically
/// equivalent but differ in bytes would replace each other.
enum JSONValue {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object([(key: String, value: JSONValue)])

    /// The first member of that name; nil also where this is no object.
    subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == name }?.value
    }

    var isNull: Bool { if case .null = self { true } else { false } }

    var string: String? { if case .string(let value) = self { value } else { nil } }

    var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

    var int: Int? { if case .int(let value) = self { value } else { nil } }
}
