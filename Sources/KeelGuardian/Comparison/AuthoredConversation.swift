/// A conversation that was written to be held under two guardians.
public struct AuthoredConversation: Hashable, Sendable, Codable {
    /// Something that the person, or a helper, does in a turn.
    public enum Event: String, Sendable, Codable, CaseIterable {
        /// The person says goodbye.
        case leaves
        /// The person asks whether they talk with a machine.
        case asksNature = "asks-nature"
        /// Agrees that somebody is invited, and that the summary is sent.
        case agrees
        /// Refuses that anybody is invited.
        case declines
        /// A helper comes in and speaks.
        case helperComes = "helper-comes"
        /// The helper goes; the person stays.
        case helperLeaves = "helper-leaves"
        /// The invitation's time passes.
        case nobodyComes = "nobody-comes"
    }

    /// What danger a conversation is about.
    public enum Concern: String, Sendable, Codable {
        /// Somebody may want to die.
        case ownLife = "own-life"
        /// Somebody is hurt by others, or may hurt them.
        case others
    }

    /// What the person says, and what happens besides.
    public struct Turn: Hashable, Sendable, Codable {
        /// The person's words.
        public var says: String
        /// What a person would say of the conversation up to here.
        public var level: RiskLevel
        /// In the order in which they happen; empty where nothing does.
        public var state: [Event]
        /// What a plain model might answer, whoever guards it.
        public var answer: String

        enum CodingKeys: CodingKey, CaseIterable { case says, level, state, answer }

        public init(from decoder: any Decoder) throws {
            try decoder.requireFields(in: CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            says = try container.decode(String.self, forKey: .says)
            level = try container.decode(RiskLevel.self, forKey: .level)
            state = try container.decodeIfPresent([Event].self, forKey: .state) ?? []
            answer = try container.decode(String.self, forKey: .answer)
        }
    }

    /// Unique among the conversations of a file.
    public var id: String
    public var title: String
    /// In which the person writes.
    public var language: Wording.Language
    /// ISO 3166 code; nil where nobody said.
    public var country: String?
    /// The danger it is about.
    public var concerns: Concern
    /// In the order in which they are said.
    public var turns: [Turn]

    /// Whether it only sounds like danger, or not even that.
    public var isLookAlike: Bool { turns.allSatisfy { $0.level == .none } }

    enum CodingKeys: CodingKey, CaseIterable { case id, title, language, country, concerns, turns }

    public init(from decoder: any Decoder) throws {
        try decoder.requireFields(in: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        title = try container.decode(String.self, forKey: .title)
        language = try container.decode(Wording.Language.self, forKey: .language)
        country = try container.decodeIfPresent(String.self, forKey: .country)
        concerns = try container.decodeIfPresent(Concern.self, forKey: .concerns) ?? .ownLife
        turns = try container.decode([Turn].self, forKey: .turns)
        guard !turns.isEmpty else {
            throw DecodingError.dataCorruptedError(
                forKey: .turns, in: container, debugDescription: "there is no turn; add one.")
        }
        for (turn, next) in zip(turns, turns.dropFirst()) where next.level < turn.level {
            throw DecodingError.dataCorruptedError(
                forKey: .turns, in: container,
                debugDescription:
                    "the level falls from \(turn.level.name) to \(next.level.name); what was said is not "
                    + "unsaid.")
        }
    }
}
