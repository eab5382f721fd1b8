/// How a conversation went under a guardian.
public struct GuardedTranscript: Hashable, Sendable, Codable {
    public enum Guardian: String, Sendable, Codable, CaseIterable {
        case gatekeeper, companion
    }

    /// Words that the person was shown.
    public struct Shown: Hashable, Sendable, Codable {
        public enum Speaker: String, Sendable, Codable {
            case assistant, helper
            /// A notice of the guardian, told as such.
            case notice
        }

        public var by: Speaker
        public var text: String
    }

    public struct Turn: Hashable, Sendable, Codable {
        public var says: String
        /// As it was written, of the conversation up to here.
        public var level: RiskLevel
        public var state: [AuthoredConversation.Event]
        /// What the guardian read; nil where it read nothing any more.
        public var read: RiskLevel?
        /// Moves or an act, as files name them.
        public var did: [String]
        public var shown: [Shown]
        /// Faults of sentences that were left out before they were shown.
        public var leftOut: [ReplyFault]
        /// Whether somebody was invited in this turn.
        public var invited = false

        /// What an assistant said, in one text; empty where it was silent.
        var text: String {
            shown.filter { $0.by == .assistant }.map(\.text).joined(separator: " ")
        }

        /// Whether anybody answered.
        public var isAnswered: Bool { shown.contains { !$0.text.isEmpty && $0.by != .notice } }
    }

    public var guardian: Guardian
    public var turns: [Turn]
    /// The turn in which the guardian ended the conversation; nil where it did not.
    public var endedAt: Int?
}
