/// What the conversation up to one message says about danger.
public struct RiskReading: Hashable, Sendable, Codable {
    /// Words that a sign was read from.
    public struct Evidence: Hashable, Sendable, Codable {
        /// The rule's id, such as `en-active`.
        public var rule: String
        /// What the rule is a sign of.
        public var kind: SignKind
        /// Where it stands; several places where a sentence was sent in pieces.
        public var spans: [Span]

        public init(rule: String, kind: SignKind, spans: [Span]) {
            self.rule = rule
            self.kind = kind
            self.spans = spans
        }
    }

    /// A part of a message.
    public struct Span: Hashable, Sendable, Codable {
        /// Number of the message in the conversation, counted from 0.
        public var message: Int
        /// Unicode scalars of its content, from `start` up to but not including `end`.
        public var start: Int
        /// Above `start`, at most the number of scalars.
        public var end: Int
        /// What stands there.
        public var text: String

        public init(message: Int, start: Int, end: Int, text: String) {
            self.message = message
            self.start = start
            self.end = end
            self.text = text
        }
    }

    /// Of the conversation as a whole.
    public var level: RiskLevel
    /// Probability that a person labelling this conversation would say high or imminent, from 0 to 1;
    /// nil while the reader has not been calibrated against labels.
    public var probability: Double?
    /// All signs so far, in the order in which they were completed.
    public var evidence: [Evidence]
    /// Signs that the newest message completed.
    public var new: [Evidence]

    public init(
        level: RiskLevel, probability: Double? = nil, evidence: [Evidence] = [],
        new: [Evidence] = []
    ) {
        self.level = level
        self.probability = probability
        self.evidence = evidence
        self.new = new
    }

    /// Kinds of all signs that were found.
    public var kinds: Set<SignKind> { Set(evidence.map(\.kind)) }

    /// Whether somebody may want to die or to hurt themselves, rather than hurt or be hurt by others.
    public var concernsOwnLife: Bool {
        let own = kinds.subtracting([.violence, .endured])
        if SignKind.level(of: own, nearIntent: false) >= .moderate { return true }
        // More danger than the signs tell was read of words that are no longer here, or off a model. In doubt,
        // it is the person's own.
        return level >= .moderate && level > SignKind.level(of: kinds, nearIntent: true)
    }

    /// Kinds that the newest message completed.
    public var newKinds: Set<SignKind> { Set(new.map(\.kind)) }
}
