/// A value of GGUF metadata, in the type that the file gives it.
public enum GGUFValue: Hashable, Sendable {
    case uint8(UInt8)
    case int8(Int8)
    case uint16(UInt16)
    case int16(Int16)
    case uint32(UInt32)
    case int32(Int32)
    case float32(Float)
    case bool(Bool)
    case string(String)
    case array([GGUFValue])
    case uint64(UInt64)
    case int64(Int64)
    case float64(Double)

    /// The type in words, for messages.
    var typeDescription: String {
        switch self {
        case .uint8: "uint8"
        case .int8: "int8"
        case .uint16: "uint16"
        case .int16: "int16"
        case .uint32: "uint32"
        case .int32: "int32"
        case .float32: "float32"
        case .bool: "bool"
        case .string: "string"
        case .array(let items):
            items.first.map { "array of \($0.typeDescription)" } ?? "empty array"
        case .uint64: "uint64"
        case .int64: "int64"
        case .float64: "float64"
        }
    }
}

/// A Swift type that `GGUFFile.value(_:as:)` can make of metadata without loss.
public protocol GGUFConvertible {
    /// What the file should hold, in words.
    static var ggufExpectation: String { get }
    /// Nil when the value has another type, or does not fit.
    init?(_ value: GGUFValue)
}

extension Int: GGUFConvertible {
    public static var ggufExpectation: String { "whole number" }

    public init?(_ value: GGUFValue) {
        switch value {
        case .uint8(let number): self.init(exactly: number)
        case .int8(let number): self.init(exactly: number)
        case .uint16(let number): self.init(exactly: number)
        case .int16(let number): self.init(exactly: number)
        case .uint32(let number): self.init(exactly: number)
        case .int32(let number): self.init(exactly: number)
        case .uint64(let number): self.init(exactly: number)
        case .int64(let number): self.init(exactly: number)
        case .float32, .float64, .bool, .string, .array: return nil
        }
    }
}

extension Double: GGUFConvertible {
    public static var ggufExpectation: String { "floating-point number" }

    public init?(_ value: GGUFValue) {
        switch value {
        case .float32(let number): self.init(number)
        case .float64(let number): self = number
        default: return nil
        }
    }
}

extension Bool: GGUFConvertible {
    public static var ggufExpectation: String { "bool" }

    public init?(_ value: GGUFValue) {
        guard case .bool(let flag) = value else { return nil }
        self = flag
    }
}

extension String: GGUFConvertible {
    public static var ggufExpectation: String { "string" }

    public init?(_ value: GGUFValue) {
        guard case .string(let text) = value else { return nil }
        self = text
    }
}

extension Array: GGUFConvertible where Element: GGUFConvertible {
    public static var ggufExpectation: String { "array of \(Element.ggufExpectation)" }

    public init?(_ value: GGUFValue) {
        guard case .array(let items) = value else { return nil }
        self = []
        reserveCapacity(items.count)
        for item in items {
            guard let element = Element(item) else { return nil }
            append(element)
        }
    }
}
