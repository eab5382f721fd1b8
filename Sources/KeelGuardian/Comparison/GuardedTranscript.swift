/// How a conversation went under a guardian.
public struct GuardedTranscript: Hashable, Sendable, Codable {
    /// Who stood between the person and the model.
    public enum Guardian: String, Sendable, Codable, CaseIterable {
        case gatekeeper, companion
    }

    /// Words that the person was shown.
    public struct Shown: Hashable, Sendable, Codable {
        /// Whose words they are.
        public enum Speaker: String, Sendable, Codable {
            case assistant, helper
            /// A notice of the guardian, told as such.
            case notice
        }

        /// Whose words they are.
        public var by: Speaker
        public var text: String
    }

    /// A turn of the person and what followed it.
    public struct Turn: Hashable, Sendable, Codable {
        /// The person's words.
        public var says: String
        /// As it was written, of the conversation up to here.
        public var level: RiskLevel
        /// What happened besides.
        public var state: [AuthoredConversation.Event]
        /// What the guardian read; nil where it read nothing any more.
        public var read: RiskLevel?
        /// Moves or an act, as files name them.
        public var did: [String]
        /// In the order in which it was shown; empty where nothing was.
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

    /// Under whom it went so.
    public var guardian: Guardian
    /// In the order of the written conversation.
    public var turns: [Turn]
    /// The turn in which the guardian ended the conversation; nil where it did not.
    public var endedAt: Int?
}
