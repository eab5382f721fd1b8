/// A conversation that was written to be held under two guardians.
public struct AuthoredConversation: Hashable, Sendable, Codable {
    /// Something that the person, or a helper, does in a turn.
    public enum Event: String, Sendable, Codable, CaseIterable {
        case leaves
        case asksNature = "asks-nature"
        /// Agrees that somebody is invited, and that the summary is sent.
        case agrees
        case declines
        /// A helper comes in and speaks.
        case helperComes = "helper-comes"
        case helperLeaves = "helper-leaves"
        /// The invitation's time passes.
        case nobodyComes = "nobody-comes"
    }

    public enum Concern: String, Sendable, Codable {
        /// Somebody may want to die.
        case ownLife = "own-life"
        /// Somebody is hurt by others, or may hurt them.
        case others
    }

    public struct Turn: Hashable, Sendable, Codable {
        public var says: String
        /// What a person would say of the conversation up to here.
        public var level: RiskLevel
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

    public var id: String
    public var title: String
    public var language: Wording.Language
    /// ISO 3166 code; nil where nobody said.
    public var country: String?
    public var concerns: Concern
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
