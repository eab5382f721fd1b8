public import KeelLanguage

/// The guardian that the essay describes, as a baseline: it reads the newest message alone, and routes,
/// instructs, cuts or leaves.
///
/// It stands here to be compared with, not to be used; nothing else in Keel acts by it.
public struct Gatekeeper: Sendable {
    /// What it does with a message.
    public enum Act: String, Sendable, Codable, CaseIterable {
        /// Lets it through.
        case pass
        /// Lets it through to another model, unannounced.
        case reroute
        /// Adds a hidden instruction.
        case inject
        /// Deletes the answer half-way and puts a notice there.
        case cut
        /// Pastes a hotline and ends the conversation.
        case hotlineAndExit = "hotline-and-exit"
    }

    let reader: RiskReader

    public init(_ reader: RiskReader) {
        self.reader = reader
    }

    /// What it does about the newest message.
    public func act(on messages: [Message]) -> Act {
        guard let last = messages.last(where: { $0.role == .user }) else { return .pass }
        let reading = reader.reading(of: [last])
        if reading.level >= .high { return .hotlineAndExit }
        if reading.level == .moderate { return .reroute }
        if reading.kinds.contains(.hazard) { return .cut }
        if reading.level == .low { return .inject }
        let words = Set(TokenStream(last.content).tokens.map(\.text))
        return words.isDisjoint(with: Self.dreaded) ? .pass : .cut
    }

    /// Words at which it trembles, whoever says them.
    private static let dreaded: Set = [
        "kill", "die", "dead", "death", "suicide", "lethal", "toxic", "poison", "ld50", "overdose",
        "dose", "oxygen", "salt", "nacl", "cyanide", "weapon", "bomb", "gun",
    ]
}
