public import Foundation
internal import GRDB

/// A conversation of one person, without its messages.
public struct Conversation: Hashable, Sendable, Codable {
    /// Unique in a store.
    public var id: String
    /// What lists of conversations show.
    public var title: String
    /// Seconds since 1970.
    public var created: Double
    /// Seconds since 1970 of the last change; lists go by it, the newest first.
    public var updated: Double
}

/// A message as it is kept: a node of the tree that a conversation is.
///
/// Editing a question or asking for another answer adds a sibling, and takes nothing away.
public struct StoredMessage: Hashable, Sendable, Codable {
    /// Who wrote it; a helper's words are kept as `assistant`, with `finish` `helper`.
    public enum Role: String, Hashable, Sendable, Codable {
        case user, assistant
    }

    /// Unique in a store.
    public var id: String
    /// Id of the conversation.
    public var conversation: String
    /// The message it follows; nil for a first one.
    public var parent: String?
    public var role: Role
    /// The text itself.
    public var content: String
    /// The model that answered; nil for a person's message.
    public var model: String?
    /// How the answer ended: `stop`, `length`, `cancelled`, `error`; `helper` for the words of somebody who
    /// was invited; nil for a person's message.
    public var finish: String?
    /// What decided the answer, as a JSON object.
    public var details: Data?
    /// Seconds since 1970.
    public var created: Double
    /// The owner's rating: -1, 1, or nil for none.
    public var rating: Int?
    /// The owner's words beside the rating; nil where there is none.
    public var reason: String?
}

/// A message to be kept.
public struct NewMessage: Sendable {
    /// Id of the conversation.
    public var conversation: String
    /// Id of the message that it follows; nil for a first one.
    public var parent: String?
    public var role: StoredMessage.Role
    /// The text itself.
    public var content: String
    /// The model that answered; nil for a person's message.
    public var model: String?
    /// Why an answer ended; nil for a person's message.
    public var finish: String?
    /// JSON that belongs to an answer, such as notes; nil for none.
    public var details: Data?
    /// Whether a third party is in the conversation, so that people and answers need not take turns.
    public var isInRoom: Bool

    public init(
        conversation: String, parent: String?, role: StoredMessage.Role, content: String,
        model: String? = nil, finish: String? = nil, details: Data? = nil, isInRoom: Bool = false
    ) {
        self.conversation = conversation
        self.parent = parent
        self.role = role
        self.content = content
        self.model = model
        self.finish = finish
        self.details = details
        self.isInRoom = isInRoom
    }
}

extension Conversation {
    init(row: Row) {
        id = row["id"]
        title = String(decoding: row["title"] as Data, as: UTF8.self)
        created = row["created"]
        updated = row["updated"]
    }
}

extension StoredMessage {
    init(row: Row) {
        id = row["id"]
        conversation = row["conversation"]
        parent = row["parent"]
        role = row["role"] == "user" ? .user : .assistant
        content = String(decoding: row["content"] as Data, as: UTF8.self)
        model = row["model"]
        finish = row["finish"]
        details = (row["details"] as String?).map { Data($0.utf8) }
        created = row["created"]
        rating = row["rating"]
        reason = (row["reason"] as Data?).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Columns of a message with its owner's rating; to be followed by a condition.
    static let selection = """
        SELECT message.*, feedback.rating, feedback.reason FROM message
        JOIN conversation ON conversation.id = message.conversation
        LEFT JOIN feedback ON feedback.message = message.id AND feedback.owner = conversation.owner
        """
}
