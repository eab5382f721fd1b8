/// The sentences that must be right, by move and language.
public struct Wording: Sendable {
    /// A language that there are sentences in.
    public enum Language: String, Sendable, Codable, CaseIterable {
        case english = "en"
        case chinese = "zh"

        /// The language of a text, as far as its script tells.
        public init(of text: String) {
            self = text.unicodeScalars.contains(where: Folding.isIdeograph) ? .chinese : .english
        }
    }

    private let sentences: [Move: [Language: String]]

    /// The sentences that ship with Keel.
    /// - Throws: `GuardianError`.
    public static func shipped() throws(GuardianError) -> Wording {
        let content: WordingFile = try GuardianFile.shipped("wording")
        return Wording(
            sentences: Dictionary(
                content.sentences.map { ($0.move, [.english: $0.en, .chinese: $0.zh]) },
                uniquingKeysWith: { first, _ in first }))
    }

    /// The sentence for a move; nil for one whose words are left to the model.
    public func sentence(for move: Move, in language: Language) -> String? {
        sentences[move]?[language]
    }
}

private struct WordingFile: Decodable {
    struct Sentence: Decodable {
        var move: Move
        var en: String
        var zh: String

        enum CodingKeys: CodingKey, CaseIterable { case move, en, zh }

        init(from decoder: any Decoder) throws {
            try decoder.requireFields(in: CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            move = try container.decode(Move.self, forKey: .move)
            en = try container.decode(String.self, forKey: .en)
            zh = try container.decode(String.self, forKey: .zh)
        }
    }

    var sentences: [Sentence]
}
