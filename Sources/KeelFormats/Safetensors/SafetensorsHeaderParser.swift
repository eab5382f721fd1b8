/// Reads the one JSON shape that a safetensors header may have.
///
/// A general JSON parser would keep the last of two equal keys, and would follow nesting that has
/// no place here. This one expects each token, so both are errors where they begin.
struct SafetensorsHeaderParser {
    /// The axes that PyTorch can handle.
    private static let maximumAxisCount = 64

    struct Entry {
        let name: String
        let dtype: SafetensorsDType
        let shape: [Int]
        let begin: Int
        let end: Int
    }

    private let bytes: UnsafeRawBufferPointer
    private let path: String
    private var position = 0
    private(set) var metadata: [String: String] = [:]
    private(set) var entries: [Entry] = []

    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(SafetensorsError) {
        self.bytes = bytes
        self.path = path
        // The format wants the brace at once; white space may only follow the object.
        if bytes.first != UInt8(ascii: "{") { throw malformed("\"{\"") }
        var names: Set<String> = []
        try object { (parser, name) throws(SafetensorsError) in
            if !names.insert(name).inserted { throw parser.error(.duplicateName(name)) }
            if name == "__metadata__" {
                try parser.parseMetadata()
            } else {
                try parser.parseTensor(name)
            }
        }
        skipWhiteSpace()
        if position < bytes.count { throw malformed("the end of the header") }
    }

    private mutating func parseMetadata() throws(SafetensorsError) {
        // As mlx writes it where there is none, and the safetensors package reads it.
        if acceptNull() { return }
        try object { (parser, key) throws(SafetensorsError) in
            let value = try parser.string()
            if parser.metadata.updateValue(value, forKey: key) != nil {
                throw parser.error(.duplicateName(key))
            }
        }
    }

    private mutating func parseTensor(_ name: String) throws(SafetensorsError) {
        var dtype: SafetensorsDType?
        var shape: [Int]?
        var offsets: [Int]?
        try object { (parser, field) throws(SafetensorsError) in
            let isRepeated =
                switch field {
                case "dtype": dtype != nil
                case "shape": shape != nil
                case "data_offsets": offsets != nil
                default: throw parser.error(.unknownField(tensor: name, field: field))
                }
            if isRepeated { throw parser.error(.duplicateField(tensor: name, field: field)) }
            switch field {
            case "dtype":
                let text = try parser.string()
                dtype = SafetensorsDType(rawValue: text)
                if dtype == nil { throw parser.error(.unknownDType(tensor: name, dtype: text)) }
            case "shape":
                shape = try parser.integers(atMost: Self.maximumAxisCount, tensor: name)
            default:
                offsets = try parser.offsets()
            }
        }
        func require<T>(_ value: T?, _ field: String) throws(SafetensorsError) -> T {
            guard let value else { throw error(.missingField(tensor: name, field: field)) }
            return value
        }
        let range = try require(offsets, "data_offsets")
        entries.append(
            Entry(
                name: name, dtype: try require(dtype, "dtype"), shape: try require(shape, "shape"),
                begin: range[0], end: range[1]))
    }

    // MARK: Tokens

    private mutating func acceptNull() -> Bool {
        skipWhiteSpace()
        guard bytes[position...].starts(with: "null".utf8) else { return false }
        position += 4
        return true
    }

    private mutating func object(
        _ member: (inout Self, String) throws(SafetensorsError) -> Void
    ) throws(SafetensorsError) {
        try expect("{")
        if accept("}") { return }
        repeat {
            let key = try string()
            try expect(":")
            try member(&self, key)
        } while accept(",")
        try expect("}", or: "\",\"")
    }

    private mutating func integers(
        atMost limit: Int, tensor: String
    ) throws(SafetensorsError) -> [Int] {
        try expect("[")
        if accept("]") { return [] }
        var values: [Int] = []
        repeat {
            if values.count == limit { throw error(.tooManyAxes(tensor: tensor, limit: limit)) }
            values.append(try integer())
        } while accept(",")
        try expect("]", or: "\",\"")
        return values
    }

    private mutating func offsets() throws(SafetensorsError) -> [Int] {
        try expect("[")
        let begin = try integer()
        try expect(",")
        let end = try integer()
        try expect("]")
        return [begin, end]
    }

    private mutating func integer() throws(SafetensorsError) -> Int {
        skipWhiteSpace()
        let start = position
        var value = 0
        while position < bytes.count, case let digit = bytes[position] &- 48, digit < 10 {
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int(digit))
            if overflow || carry {
                position = start
                throw malformed("a number below 2^63")
            }
            value = sum
            position += 1
        }
        let hasLeadingZero = position - start > 1 && bytes[start] == UInt8(ascii: "0")
        if position == start || hasLeadingZero {
            position = start
            throw malformed("a whole number")
        }
        return value
    }

    private mutating func expect(
        _ token: Unicode.Scalar, or other: String? = nil
    ) throws(SafetensorsError) {
        if !accept(token) { throw malformed((other.map { $0 + " or " } ?? "") + "\"\(token)\"") }
    }

    private mutating func accept(_ token: Unicode.Scalar) -> Bool {
        skipWhiteSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: token) else { return false }
        position += 1
        return true
    }

    private mutating func skipWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    // MARK: Text

    private mutating func string() throws(SafetensorsError) -> String {
        try expect("\"")
        let start = position
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let valid = String(validating: text, as: UTF8.self) else {
                    throw error(.invalidUTF8(byte: start))
                }
                return valid
            case UInt8(ascii: "\\"):
                text.append(contentsOf: Array(String(try escape()).utf8))
            case 0..<0x20:
                position -= 1
                throw malformed("an escaped control character")
            default:
                text.append(byte)
            }
        }
        throw malformed("a closing quote")
    }

    private mutating func escape() throws(SafetensorsError) -> Unicode.Scalar {
        let start = position
        let byte = position < bytes.count ? bytes[position] : 0
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            if let scalar = unicodeEscape() { return scalar }
        default: break
        }
        position = start
        throw malformed("a JSON escape")
    }

    /// Reads what follows `\u`, with its second half where the first is a high surrogate.
    private mutating func unicodeEscape() -> Unicode.Scalar? {
        guard let first = hexadecimal() else { return nil }
        guard UTF16.isLeadSurrogate(first) else { return Unicode.Scalar(first) }
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return nil }
        position += 2
        guard let second = hexadecimal(), UTF16.isTrailSurrogate(second) else { return nil }
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
    }

    private mutating func hexadecimal() -> UInt16? {
        guard position + 4 <= bytes.count else { return nil }
        var value: UInt16 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt16(digit)
        }
        position += 4
        return value
    }

    // MARK: Errors

    private func malformed(_ expected: String) -> SafetensorsError {
        error(.malformedHeader(byte: position, expected: expected))
    }

    private func error(_ defect: SafetensorsError.Defect) -> SafetensorsError {
        SafetensorsError(path: path, defect: defect)
    }
}
