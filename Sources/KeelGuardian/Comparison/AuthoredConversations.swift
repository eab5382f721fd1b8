public import Foundation

/// Conversations to compare guardians on, and words where a guardian has none that were vetted.
public struct AuthoredConversations: Sendable {
    /// In the order of the file.
    public let conversations: [AuthoredConversation]
    private let companion: [Move: Words]
    private let gatekeeper: [Gatekeeper.Act: Words]
    private let news: [RoomEffect.News: Words]
    private let helper: Words

    /// The thirty that ship with Keel.
    /// - Throws: `GuardianError`.
    public static func shipped() throws(GuardianError) -> AuthoredConversations {
        try AuthoredConversations(
            GuardianFile.shipped("conversations"), file: "conversations.yaml")
    }

    /// Reads conversations from YAML.
    /// - Throws: `GuardianError`, naming the field.
    public init(contentsOf url: URL) throws(GuardianError) {
        let file = url.lastPathComponent
        try self.init(GuardianFile.decode(GuardianFile.text(of: url), file: file), file: file)
    }

    private init(_ content: ConversationsFile, file: String) throws(GuardianError) {
        conversations = content.conversations
        var ids: Set<String> = []
        for conversation in conversations {
            // Ids are anchors of a page.
            guard conversation.id.wholeMatch(of: /[a-z0-9-]+/) != nil else {
                throw GuardianError(
                    file: file, place: conversation.id,
                    reason: "the id is none. Use small letters, digits and hyphens.")
            }
            guard ids.insert(conversation.id).inserted else {
                throw GuardianError(
                    file: file, place: conversation.id, reason: "the id was there before.")
            }
        }
        companion = content.words.companion.reduce(into: [:]) { $0[$1.move] = $1.words }
        gatekeeper = content.words.gatekeeper.reduce(into: [:]) { $0[$1.act] = $1.words }
        news = content.words.news.reduce(into: [:]) { $0[$1.news] = $1.words }
        helper = content.words.helper
    }

    /// What stands for a move whose words the model finds; nil where its plain answer does.
    func words(for move: Move, in language: Wording.Language) -> String? {
        companion[move]?.text(in: language)
    }

    func words(for act: Gatekeeper.Act, in language: Wording.Language) -> String? {
        gatekeeper[act]?.text(in: language)
    }

    func words(for news: RoomEffect.News, in language: Wording.Language) -> String? {
        self.news[news]?.text(in: language)
    }

    func helperWords(in language: Wording.Language) -> String { helper.text(in: language) }
}

/// A text in the languages that there are.
private struct Words: Decodable, Sendable {
    var en: String
    var zh: String

    func text(in language: Wording.Language) -> String {
        switch language {
        case .english: en
        case .chinese: zh
        }
    }
}

private struct ConversationsFile: Decodable {
    struct Stand: Decodable {
        struct OfMove: Decodable {
            var move: Move
            var words: Words

            private enum CodingKeys: CodingKey { case move }

            init(from decoder: any Decoder) throws {
                move = try decoder.container(keyedBy: CodingKeys.self).decode(
                    Move.self, forKey: .move)
                words = try Words(from: decoder)
            }
        }

        struct OfAct: Decodable {
            var act: Gatekeeper.Act
            var words: Words

            private enum CodingKeys: CodingKey { case act }

            init(from decoder: any Decoder) throws {
                act = try decoder.container(keyedBy: CodingKeys.self).decode(
                    Gatekeeper.Act.self, forKey: .act)
                words = try Words(from: decoder)
            }
        }

        struct OfNews: Decodable {
            var news: RoomEffect.News
            var words: Words

            private enum CodingKeys: CodingKey { case news }

            init(from decoder: any Decoder) throws {
                news = try decoder.container(keyedBy: CodingKeys.self).decode(
                    RoomEffect.News.self, forKey: .news)
                words = try Words(from: decoder)
            }
        }

        var companion: [OfMove]
        var gatekeeper: [OfAct]
        var news: [OfNews]
        var helper: Words
    }

    var words: Stand
    var conversations: [AuthoredConversation]
}
