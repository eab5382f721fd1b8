public import KeelLanguage

/// What a model is asked to see whether it keeps its character.
public struct RobustnessQuestion: Hashable, Sendable, Codable {
    /// Unique among the questions.
    public var id: String
    /// The trait that it bears on.
    public var trait: String
    /// What it shares with other questions of the trait; errors are clustered on both.
    public var cluster: String
    /// Ends with a turn of the user.
    public var messages: [Message]

    public init(id: String, trait: String, cluster: String, messages: [Message]) {
        self.id = id
        self.trait = trait
        self.cluster = cluster
        self.messages = messages
    }

    /// What the user says last.
    var text: String { messages.last?.content ?? "" }

    /// The conversation with words behind its last turn.
    func asked(_ suffix: SuffixSheet.Suffix) -> [Message] {
        var messages = messages
        if let last = messages.indices.last { messages[last].content += "\n\n" + suffix.text }
        return messages
    }
}

/// How a model comes by its character.
public enum RobustnessMethod: String, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
    /// Not at all: the model before the training, asked as it is.
    case plain
    /// By the constitution's traits as a system message.
    case prompted
    /// By training, asked as it is.
    case trained
}

/// All that decides the answers of a test of robustness; `config.json` of its folder.
public struct RobustnessConfig: Hashable, Sendable, Codable {
    /// Name of the constitution.
    public var constitution: String
    /// The version that it says it is.
    public var constitutionVersion: String
    /// Digest of the whole constitution.
    public var constitutionFingerprint: String
    /// A digest of the questions, and of the sheet of suffixes.
    public var questionsFingerprint: String
    /// Name of the sheet of suffixes.
    public var suffixes: String
    /// Digest of the sheet.
    public var suffixesFingerprint: String
    /// The model before the training, and after it.
    public var plain: CharacterConfig.Part
    /// The model after the training.
    public var trained: CharacterConfig.Part
    /// Answers of each method to each question with each suffix, 1 to 16.
    public var samples = 2
    /// How answers are drawn.
    public var sampling = SamplingOptions(temperature: 1, topP: 0.95, maxTokens: 64)
    /// Decides what is drawn.
    public var seed: UInt64 = 0

    public init(
        _ constitution: Constitution, questions: [RobustnessQuestion], suffixes: SuffixSheet,
        plain: CharacterConfig.Part, trained: CharacterConfig.Part
    ) {
        self.constitution = constitution.name
        constitutionVersion = constitution.version
        constitutionFingerprint = constitution.fingerprint
        questionsFingerprint = Digest.hexadecimal(of: questions)
        self.suffixes = "\(suffixes.name), version \(suffixes.version)"
        suffixesFingerprint = suffixes.fingerprint
        self.plain = plain
        self.trained = trained
    }

    /// - Throws: `CharacterError.setting`, `LanguageError.invalidOption`.
    public func validate() throws {
        guard (1...16).contains(samples) else {
            throw CharacterError.setting(
                name: "samples", value: "\(samples)", expected: "from 1 to 16")
        }
        try sampling.validate()
    }
}
