/// How the tokens of a vocabulary spell text.
public enum Spelling: Sendable {
    /// Byte by byte, in the alphabet of GPT-2.
    case bytes
    /// Scalar by scalar as SentencePiece does: U+2581 is a space, and `<0x0A>` and the like are the
    /// bytes of scalars that no token spells.
    case scalars

    /// What a token stands for.
    func bytes(of token: String) -> [UInt8] {
        switch self {
        case .bytes: ByteAlphabet.bytes(spelledBy: token) ?? Array(token.utf8)
        case .scalars:
            Self.byte(spelledBy: token).map { [$0] } ?? Self.withSpaces(token)
        }
    }

    /// A text in UTF-8, each U+2581 of it a space; scalar by scalar, as a mark may stand behind one.
    static func withSpaces(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if scalar == "\u{2581}" { bytes.append(0x20) } else { bytes += scalar.utf8 }
        }
        return bytes
    }

    /// The byte of a token `<0x0A>`; nil for any other.
    private static func byte(spelledBy token: String) -> UInt8? {
        guard token.utf8.count == 6 else { return nil }
        let bytes = Array(token.utf8)
        let digits = bytes[3..<5].map { Character(Unicode.Scalar($0)).hexDigitValue }
        guard bytes.starts(with: "<0x".utf8), bytes[5] == UInt8(ascii: ">"),
            let high = digits[0], let low = digits[1]
        else { return nil }
        return UInt8(16 * high + low)
    }

    /// How the token of a byte is spelled.
    func token(ofByte byte: UInt8) -> String {
        switch self {
        case .bytes: return String(ByteAlphabet.scalars[Int(byte)])
        case .scalars:
            let digits = String(byte, radix: 16, uppercase: true)
            return "<0x\(byte < 16 ? "0" : "")\(digits)>"
        }
    }
}
