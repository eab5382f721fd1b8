import Foundation

extension Suite {
    /// A digest of all that the suite says, the same however it is laid out in files.
    public var fingerprint: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(self) else {
            preconditionFailure("a suite holds only texts, which JSON can always encode")
        }
        return FNV.hexadecimal(FNV.hash(bytes))
    }
}

/// The 64-bit hash of Fowler, Noll and Vo (variant 1a): stable between launches and machines.
///
/// It tells accidental changes apart; it does not withstand an attacker.
enum FNV {
    static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    /// The digits of a hash, sixteen of them.
    static func hexadecimal(_ hash: UInt64) -> String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
