public import KeelLanguage

/// A conversation and what a person says it tells of.
public struct LabelledRow: Hashable, Sendable, Codable {
    /// Unique among the rows of a file.
    public var id: String
    /// `en` or `zh`.
    public var language: Wording.Language
    /// How it is said: `plain`, `coded`, `third`, `loss`, `story`, `pieces`, `look-alike` and others.
    public var form: String
    /// Of the whole conversation.
    public var level: RiskLevel
    /// At least one by the person, the newest last.
    public var messages: [Message]

    public init(
        id: String, language: Wording.Language, form: String, level: RiskLevel, messages: [Message]
    ) {
        self.id = id
        self.language = language
        self.form = form
        self.level = level
        self.messages = messages
    }

    /// High or imminent.
    var isDanger: Bool { level >= .high }
    /// Nothing at all, which is what a look-alike is.
    var isLookAlike: Bool { level == .none }
}
