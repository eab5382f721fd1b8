import Foundation

/// What happens to a text before it is cut into words.
public enum Normalization: Sendable {
    case none
    /// Canonical composition (Unicode NFC).
    case nfc

    func apply(to text: String) -> String {
        switch self {
        case .none: text
        case .nfc:
            text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCanonicalMapping
        }
    }
}
