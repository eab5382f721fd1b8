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
            Self.byte(spelledBy: token).map { [$0] }
                ?? Array(token.replacing(Normalization.visibleSpace, with: " ").utf8)
        }
    }

    /// The byte of a token `<0x0A>`; nil for any other.
    private static func byte(spelledBy token: String) -> UInt8? {
        let bytes = Array(token.utf8)
        guard bytes.count == 6, token.hasPrefix("<0x"), token.hasSuffix(">"), bytes[3] != 0x2B
        else {
            return nil
        }
        return UInt8(token.dropFirst(3).dropLast(), radix: 16)
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
