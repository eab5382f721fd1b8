internal import Foundation
internal import GRDB

extension Store {
    /// Starts a conversation.
    /// - Throws: `StoreError`.
    public func startConversation(of owner: String, title: String) async throws(StoreError)
        -> Conversation
    {
        try await write { database in
            let now = Self.now()
            let conversation = Conversation(
                id: Self.newID(), title: title, created: now, updated: now)
            try database.execute(
                sql: "INSERT INTO conversation VALUES (?, ?, ?, ?, ?)",
                arguments: [conversation.id, owner, Data(title.utf8), now, now])
            return conversation
        }
    }

    /// The newest conversations of a person, the last changed first.
    /// - Parameters:
    ///   - owner: The person.
    ///   - cursor: Only those behind it; nil for all.
    ///   - limit: The most that are listed.
    /// - Returns: Conversations without their messages.
    /// - Throws: `StoreError`.
    public func conversations(
        of owner: String, after cursor: ConversationCursor? = nil, limit: Int = 100
    ) async throws(StoreError) -> [Conversation] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM conversation
                    WHERE owner = ? AND (updated < ? OR (updated = ? AND id > ?))
                    ORDER BY updated DESC, id LIMIT ?
                    """,
                arguments: [
                    owner, cursor?.updated ?? .infinity, cursor?.updated, cursor?.id, limit,
                ]
            ).map(Conversation.init)
        }
    }

    /// A conversation and all its messages in the order in which they were written.
    /// - Throws: `StoreError.notFound` for one that is not there or not the owner's.
    public func conversation(_ id: String, of owner: String) async throws(StoreError)
        -> (conversation: Conversation, messages: [StoredMessage])
    {
        try await read { database in
            let conversation = try Self.find(id, of: owner, in: database)
            let messages = try Row.fetchAll(
                database,
                sql: StoredMessage.selection
                    + " WHERE message.conversation = ? ORDER BY message.number",
                arguments: [id]
            ).map(StoredMessage.init)
            return (conversation, messages)
        }
    }

    /// The messages from the first of a conversation to the given one.
    /// - Throws: `StoreError.notFound`.
    public func path(to message: String, of owner: String) async throws(StoreError)
        -> [StoredMessage]
    {
        try await read { database in
            let path = try Row.fetchAll(
                database,
                sql: """
                    WITH RECURSIVE above (id) AS (
                        SELECT message.id FROM message
                        JOIN conversation ON conversation.id = message.conversation
                        WHERE message.id = ? AND conversation.owner = ?
                        UNION ALL
                        SELECT message.parent FROM message JOIN above ON message.id = above.id
                        WHERE message.parent IS NOT NULL
                    )
                    \(StoredMessage.selection)
                    JOIN above ON above.id = message.id ORDER BY message.number
                    """,
                arguments: [message, owner]
            ).map(StoredMessage.init)
            if path.isEmpty { throw StoreError.notFound("message", id: message) }
            return path
        }
    }

    /// Adds a message to a conversation.
    ///
    /// A person's message follows an answer or begins the conversation; an answer follows a
    /// person's message. Where somebody else is in the room, anybody may follow on anybody.
    /// - Returns: The message, which is on disk.
    /// - Throws: `StoreError`.
    public func add(_ new: NewMessage, of owner: String) async throws(StoreError) -> StoredMessage {
        try await write { database in
            _ = try Self.find(new.conversation, of: owner, in: database)
            return try Self.insert(new, in: database)
        }
    }

    /// Adds a message to a conversation that is there.
    static func insert(_ new: NewMessage, in database: Database) throws -> StoredMessage {
        let parent = try new.parent.map { parent in
            guard
                let role = try String.fetchOne(
                    database,
                    sql: "SELECT role FROM message WHERE id = ? AND conversation = ?",
                    arguments: [parent, new.conversation])
            else { throw StoreError.notFound("message", id: parent) }
            return role
        }
        guard new.isInRoom || (parent == "user") == (new.role == .assistant) else {
            throw StoreError.invalid(
                "Questions and answers take turns: a person's message follows an answer, an "
                    + "answer follows a person's message.")
        }
        let message = StoredMessage(
            id: Self.newID(), conversation: new.conversation, parent: new.parent,
            role: new.role, content: new.content, model: new.model, finish: new.finish,
            details: new.details, created: Self.now())
        try database.execute(
            sql: """
                INSERT INTO message
                (id, conversation, parent, role, content, model, finish, details, created)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                message.id, message.conversation, message.parent, message.role.rawValue,
                Data(message.content.utf8), message.model, message.finish,
                message.details.map { String(decoding: $0, as: UTF8.self) }, message.created,
            ])
        try database.execute(
            sql: "UPDATE conversation SET updated = ? WHERE id = ?",
            arguments: [message.created, message.conversation])
        return message
    }

    /// Deletes a conversation with all that belongs to it, out of the file and its log.
    /// - Throws: `StoreError`; `.notFound` for one that is not there or not the owner's.
    public func deleteConversation(_ id: String, of owner: String) async throws(StoreError) {
        try await write { database in
            _ = try Self.find(id, of: owner, in: database)
            try database.execute(sql: "DELETE FROM conversation WHERE id = ?", arguments: [id])
        }
        try await emptyLog()
    }

    static func find(_ id: String, of owner: String, in database: Database) throws -> Conversation {
        guard
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM conversation WHERE id = ? AND owner = ?",
                arguments: [id, owner])
        else { throw StoreError.notFound("conversation", id: id) }
        return Conversation(row: row)
    }
}
