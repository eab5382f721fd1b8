/// The 256 printable scalars in which GPT-2 vocabularies spell bytes.
///
/// Printable Latin-1 spells itself; the other 68 bytes are U+0100 and on, in byte order.
enum ByteAlphabet {
    static let scalars: [Unicode.Scalar] = {
        var next: UInt8 = 0
        return (UInt8.min...UInt8.max).map { byte in
            switch byte {
            case 33...126, 161...172, 174...255: return Unicode.Scalar(byte)
            default:
                defer { next += 1 }
                return Unicode.Scalar(UInt16(256) + UInt16(next)) ?? "\u{FFFD}"
            }
        }
    }()

    private static let bytes: [Unicode.Scalar: UInt8] = Dictionary(
        uniqueKeysWithValues: zip(scalars, UInt8.min...UInt8.max))

    /// The bytes a token's spelling stands for, or nil where it holds a scalar of no byte.
    static func bytes(spelledBy token: String) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(token.utf8.count)
        for scalar in token.unicodeScalars {
            guard let byte = bytes[scalar] else { return nil }
            result.append(byte)
        }
        return result
    }
}
