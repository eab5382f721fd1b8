/// Something a character holds dear, where it applies, and what it then asks for.
public struct Value: Hashable, Sendable, Codable {
    /// What a value asks for under certain circumstances.
    public struct Claim: Hashable, Sendable, Codable {
        /// All of these must hold.
        public var when: [Circumstance]
        /// What it asks for then.
        public var action: Action
        /// Why, in a clause that can follow "because".
        public var because: String

        enum CodingKeys: String, CodingKey, CaseIterable { case when, action, because }

        public init(when: [Circumstance], action: Action, because: String) {
            self.when = when
            self.action = action
            self.because = because
        }

        public init(from decoder: any Decoder) throws {
            try decoder.requireFields(in: CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            when = try container.decode([Circumstance].self, forKey: .when)
            action = try container.decode(Action.self, forKey: .action)
            because = try container.decode(String.self, forKey: .because)
        }
    }

    /// Unique in an order.
    public var id: String
    /// The value as the character would say it.
    public var says: String
    /// What is kept of it when a higher value wins, in a sentence.
    public var remains: String
    /// The first claim whose circumstances all hold is the one it makes.
    public var claims: [Claim]

    enum CodingKeys: String, CodingKey, CaseIterable { case id, says, remains, claims }

    public init(id: String, says: String, remains: String, claims: [Claim]) {
        self.id = id
        self.says = says
        self.remains = remains
        self.claims = claims
    }

    public init(from decoder: any Decoder) throws {
        try decoder.requireFields(in: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        says = try container.decode(String.self, forKey: .says)
        remains = try container.decode(String.self, forKey: .remains)
        claims = try container.decode([Claim].self, forKey: .claims)
    }

    /// What it asks for; nil where it does not apply.
    func claim(under circumstances: Set<Circumstance>) -> Claim? {
        claims.first { circumstances.isSuperset(of: $0.when) }
    }
}
