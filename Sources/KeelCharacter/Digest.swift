import Crypto
import Foundation

/// Digests that are the same between launches and machines.
enum Digest {
    /// Sixteen digits of the SHA-256 of a value's JSON, keys sorted.
    static func hexadecimal(of value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(value) else {
            preconditionFailure("only texts and finite numbers are digested, which JSON can encode")
        }
        let digits = String(number(of: bytes), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// A number that follows from texts: the seed of what belongs to them.
    static func number(of texts: [String]) -> UInt64 {
        number(of: Data(texts.flatMap { "\($0.utf8.count):\($0)".utf8 }))
    }

    private static func number(of bytes: Data) -> UInt64 {
        SHA256.hash(data: bytes).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
