/// Something the guardian decided, showed, or was told, as its log keeps it.
public struct DecisionEntry: Hashable, Sendable, Codable {
    /// What happened; one case for each thing that can.
    public enum Event: Hashable, Sendable, Codable {
        case decided(Decided)
        case shown(Shown)
        case objected(Objection)
    }

    /// Seconds since 1970.
    public var time: Double
    /// Id of the conversation.
    public var conversation: String
    /// What happened.
    public var event: Event

    public init(time: Double, conversation: String, event: Event) {
        self.time = time
        self.conversation = conversation
        self.event = event
    }

    /// A decision about a message.
    public struct Decided: Hashable, Sendable, Codable {
        /// Number of the message in the conversation, counted from 0.
        public var message: Int
        /// Who decided, and by what order of values, such as `companion`.
        public var policy: String
        /// The value that decided and its rank, counted from 1; nil where none spoke.
        public var value: String?
        /// Counted from 1, the highest; nil where no value spoke.
        public var rank: Int?
        /// What the deciding value asked for.
        public var action: Action
        /// What the answer does, in order.
        public var moves: [Move]
        /// What values below it would have had instead.
        public var alternatives: [Resolution.Applied]
        /// As it was read, of the whole conversation.
        public var level: RiskLevel
        /// As the reading states it; nil where it was not calibrated.
        public var probability: Double?
        /// Signs that the reading rests on, each with its place.
        public var evidence: [RiskReading.Evidence]
        /// A text for people.
        public var explanation: String
        /// Milliseconds that reading and weighing took.
        public var milliseconds: Double
        /// Why the reading is missing, where the reader failed; the decision was then made without it.
        public var failure: String?

        public init(
            _ assessment: Companion.Assessment, policy: String, milliseconds: Double,
            failure: String? = nil
        ) {
            let resolution = assessment.resolution
            message = assessment.message
            self.policy = policy
            value = resolution.deciding.first?.value
            rank = resolution.deciding.first?.rank
            action = resolution.action
            moves = assessment.moves
            alternatives = resolution.applied.filter { $0.action != resolution.action }
            level = assessment.reading.level
            probability = assessment.reading.probability
            evidence = assessment.reading.evidence
            explanation = resolution.explanation
            self.milliseconds = milliseconds
            self.failure = failure
        }
    }

    /// What a person saw.
    public struct Shown: Hashable, Sendable, Codable {
        /// Whether the text was read by the guardian before it was shown.
        public enum Review: String, Sendable, Codable, CaseIterable {
            case reviewed
            /// The model's text was held back, and a vetted sentence shown.
            case replaced
            /// It was shown unread.
            case unreviewed
        }

        /// Number of the message in the conversation, counted from 0.
        public var message: Int
        /// As the person saw it.
        public var text: String
        /// What had become of the model's text.
        public var review: Review

        public init(message: Int, text: String, review: Review) {
            self.message = message
            self.text = text
            self.review = review
        }
    }

    /// What the person has to say against a decision.
    public struct Objection: Hashable, Sendable, Codable {
        /// Number of the entry that is objected to.
        public var entry: Int
        /// The person's words.
        public var text: String

        public init(entry: Int, text: String) {
            self.entry = entry
            self.text = text
        }
    }
}
