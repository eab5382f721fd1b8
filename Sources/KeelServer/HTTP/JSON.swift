internal import Foundation
internal import Hummingbird
internal import NIOCore

/// How JSON is read from strangers and written for them.
enum JSON {
    /// Objects and lists within one another; more is refused before anything is built of it.
    static let depthLimit = 64

    /// Reads a request's body.
    /// - Throws: `APIError` that names the field at fault.
    static func decode<Value: Decodable>(_ type: Value.Type, from body: ByteBuffer) throws(APIError)
        -> Value
    {
        let bytes = body.readableBytesView
        guard !bytes.isEmpty else {
            throw .invalid("The request has no body; send a JSON object.")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw .invalid("The body is not UTF-8.")
        }
        guard !isDeeper(than: depthLimit, bytes) else {
            throw .invalid("The body is nested more than \(depthLimit) deep.")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as APIError {
            throw error
        } catch {
            throw defect(error)
        }
    }

    static func encode(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    /// A body of JSON.
    static func response(
        _ value: some Encodable, status: HTTPResponse.Status = .ok
    ) throws -> Response {
        Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encode(value))))
    }

    /// Whether brackets outside of strings are nested deeper than a limit.
    private static func isDeeper(than limit: Int, _ bytes: some Sequence<UInt8>) -> Bool {
        var depth = 0
        var isString = false
        var isEscaped = false
        for byte in bytes {
            if isString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                if depth > limit { return true }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
        }
        return false
    }

    private static func defect(_ error: any Error) -> APIError {
        switch error as? DecodingError {
        case .keyNotFound(let key, let context):
            let place = place(context.codingPath + [key])
            return .invalid("\(place) is missing.", param: place)
        case .valueNotFound(_, let context):
            let place = place(context.codingPath)
            return .invalid("\(place) is null; give it a value.", param: place)
        case .typeMismatch(let type, let context):
            let place = place(context.codingPath)
            return .invalid("\(place) is not \(word(for: type)).", param: place)
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            let place = place(context.codingPath)
            return .invalid("\(place): \(context.debugDescription)", param: place)
        default:
            return .invalid("The body is not JSON.")
        }
    }

    private static func word(for type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a text"
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is any Collection.Type: "a list"
        default: "what is expected there"
        }
    }

    /// A number that fits its type; any other is refused with the field's name.
    struct Number<Value: Decodable & Sendable>: Decodable, Sendable {
        var value: Value

        init(_ value: Value) { self.value = value }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            do {
                value = try container.decode(Value.self)
            } catch {
                // The decoder does not say of which field a number was too large or had a fraction.
                throw DecodingError.typeMismatch(
                    Value.self,
                    .init(codingPath: decoder.codingPath, debugDescription: "no such number"))
            }
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        let text = path.reduce("") { text, key in
            key.intValue.map { "\(text)[\($0)]" }
                ?? (text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)")
        }
        return text.isEmpty ? "the body" : text
    }
}
