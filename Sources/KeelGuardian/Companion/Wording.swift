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

    private var sentences: [Move: [Language: String]]
    /// Where somebody else than the person is in danger.
    private var others: [Move: [Language: String]]

    /// The sentences that ship with Keel.
    /// - Throws: `GuardianError`.
    public static func shipped() throws(GuardianError) -> Wording {
        let content: WordingFile = try GuardianFile.shipped("wording")
        var wording = Wording(sentences: [:], others: [:])
        for entry in content.sentences where wording.sentences[entry.move] == nil {
            wording.sentences[entry.move] = [.english: entry.en, .chinese: entry.zh]
            if let english = entry.otherEnglish, let chinese = entry.otherChinese {
                wording.others[entry.move] = [.english: english, .chinese: chinese]
            }
        }
        return wording
    }

    /// The sentence for a move; nil for one whose words are left to the model.
    /// - Parameters:
    ///   - move: What is done.
    ///   - language: Of the person.
    ///   - aboutSomebodyElse: Whether the danger is somebody else's.
    /// - Returns: The sentence as it is shown.
    public func sentence(
        for move: Move, in language: Language, aboutSomebodyElse: Bool = false
    ) -> String? {
        (aboutSomebodyElse ? others[move]?[language] : nil) ?? sentences[move]?[language]
    }
}

private struct WordingFile: Decodable {
    struct Sentence: Decodable {
        var move: Move
        var en: String
        var zh: String
        /// Said where somebody else is in danger.
        var otherEnglish: String?
        var otherChinese: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case move, en, zh
            case otherEnglish = "other-en"
            case otherChinese = "other-zh"
        }

        init(from decoder: any Decoder) throws {
            try decoder.requireFields(in: CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            move = try container.decode(Move.self, forKey: .move)
            en = try container.decode(String.self, forKey: .en)
            zh = try container.decode(String.self, forKey: .zh)
            otherEnglish = try container.decodeIfPresent(String.self, forKey: .otherEnglish)
            otherChinese = try container.decodeIfPresent(String.self, forKey: .otherChinese)
        }
    }

    var sentences: [Sentence]
}
