import Foundation

/// What happens to a text before it is cut into words.
public enum Normalization: Equatable, Sendable {
    case none
    /// Canonical composition (Unicode NFC).
    case nfc
    /// Spaces become U+2581, as SentencePiece spells them.
    case visibleSpaces(before: Beginning)

    /// Where SentencePiece puts a space before a text.
    public enum Beginning: Sendable {
        case nowhere
        /// Before every stretch between added tokens.
        case everywhere
        /// The same, unless it begins with one.
        case whereMissing
        /// Before the text as a whole, unless it begins with one.
        case firstWhereMissing
    }

    static let visibleSpace = "\u{2581}"

    /// Whether it happens after added tokens of every kind have been cut out, as `Metaspace` does,
    /// which is a pre-tokenizer; the others are normalizers.
    var followsAddedTokens: Bool {
        switch self {
        case .visibleSpaces(before: .whereMissing), .visibleSpaces(before: .firstWhereMissing): true
        case .none, .nfc, .visibleSpaces: false
        }
    }

    /// - Parameters:
    ///   - text: A stretch between added tokens.
    ///   - isFirst: Whether the text begins with it.
    /// - Returns: What is cut into words.
    func apply(to text: String, isFirst: Bool = false) -> String {
        switch self {
        case .none: return text
        case .nfc:
            return text.utf8.allSatisfy { $0 < 0x80 }
                ? text : text.precomposedStringWithCanonicalMapping
        case .visibleSpaces(let beginning):
            guard !text.isEmpty else { return text }
            // Scalar by scalar: a combining mark would hide the space before it in one character.
            var visible = String.UnicodeScalarView()
            for scalar in text.unicodeScalars {
                visible.append(scalar == " " ? "\u{2581}" : scalar)
            }
            let isMissing = visible.first != "\u{2581}"
            let prepends =
                switch beginning {
                case .nowhere: false
                case .everywhere: true
                case .whereMissing: isMissing
                case .firstWhereMissing: isFirst && isMissing
                }
            return (prepends ? Self.visibleSpace : "") + String(visible)
        }
    }
}
