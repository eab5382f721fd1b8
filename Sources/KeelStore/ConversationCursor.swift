/// Where a list of conversations goes on: behind one of them, as it stood when it was listed.
///
/// Its text is for handing back, not for reading. It holds the time bit for bit and the identifier
/// beside it: two conversations may have changed at one time, and a time that went through decimal
/// digits may come back as its neighbour.
public struct ConversationCursor: Hashable, Sendable, LosslessStringConvertible {
    let updated: Double
    let id: String

    /// Behind a conversation that was listed.
    public init(after conversation: Conversation) {
        updated = conversation.updated
        id = conversation.id
    }

    /// Reads what `description` gave; nil for any other text.
    public init?(_ description: String) {
        let parts = description.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 16, (1...64).contains(parts[1].utf8.count),
            let bits = UInt64(parts[0], radix: 16), Double(bitPattern: bits).isFinite
        else { return nil }
        updated = Double(bitPattern: bits)
        id = String(parts[1])
    }

    public var description: String {
        let digits = String(updated.bitPattern, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits + "." + id
    }
}
