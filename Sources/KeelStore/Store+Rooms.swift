public import Foundation
internal import GRDB

/// Something that happened in a conversation to which somebody can be invited.
public struct RoomRecord: Hashable, Sendable, Codable {
    /// Rises from record to record.
    public var number: Int
    /// By which it happened once.
    public var key: String
    /// A JSON object.
    public var payload: Data
    /// Seconds since 1970.
    public var created: Double
}

/// What became of a record that was to be added.
public enum RoomAddition: Hashable, Sendable {
    /// It is on disk, and with it the message that belongs to it.
    case added(RoomRecord)
    /// Its key was there before; nothing was added.
    case known
    /// Others were added since; nothing was added.
    case overtaken
}

/// What has happened in rooms since a record.
public struct RoomChanges: Hashable, Sendable {
    /// Where something has happened, the last changed first.
    public var conversations: [String]
    /// The number of the newest record; that which was asked about where nothing has happened.
    public var newest: Int
}

extension Store {
    /// What happened in a conversation's room, the oldest first.
    /// - Parameters:
    ///   - conversation: Its id; one that is not there has no records.
    ///   - owner: Who must own the conversation; nil where somebody asks who was invited.
    /// - Returns: All of its records.
    /// - Throws: `StoreError.notFound` for a conversation that is not the owner's.
    public func roomRecords(of conversation: String, owner: String? = nil)
        async throws(StoreError) -> [RoomRecord]
    {
        try await read { database in
            if let owner { _ = try Self.find(conversation, of: owner, in: database) }
            return try Row.fetchAll(
                database, sql: "SELECT * FROM room WHERE conversation = ? ORDER BY number",
                arguments: [conversation]
            ).map(RoomRecord.init)
        }
    }

    /// Adds a record, and a message that belongs to it, or neither.
    /// - Parameters:
    ///   - key: By which it happens once.
    ///   - payload: A JSON object.
    ///   - conversation: Its id.
    ///   - last: The number of the last record that was known; 0 for none.
    ///   - message: Follows on the newest message of the conversation, whatever its parent says.
    /// - Returns: What became of it.
    /// - Throws: `StoreError`.
    public func addRoomRecord(
        _ key: String, payload: Data, conversation: String, after last: Int,
        message: NewMessage? = nil
    ) async throws(StoreError) -> RoomAddition {
        try await write { database in
            let isKnown = try Bool.fetchOne(
                database,
                sql: "SELECT EXISTS (SELECT 1 FROM room WHERE conversation = ? AND key = ?)",
                arguments: [conversation, key])
            if isKnown == true { return .known }
            let newest = try Int.fetchOne(
                database, sql: "SELECT MAX(number) FROM room WHERE conversation = ?",
                arguments: [conversation])
            guard newest ?? 0 == last else { return .overtaken }
            guard
                try Bool.fetchOne(
                    database, sql: "SELECT EXISTS (SELECT 1 FROM conversation WHERE id = ?)",
                    arguments: [conversation]) == true
            else { throw StoreError.notFound("conversation", id: conversation) }
            let created = Self.now()
            try database.execute(
                sql: "INSERT INTO room (conversation, key, payload, created) VALUES (?, ?, ?, ?)",
                arguments: [conversation, key, String(decoding: payload, as: UTF8.self), created])
            let number = Int(database.lastInsertedRowID)
            if var message {
                message.parent = try String.fetchOne(
                    database,
                    sql:
                        "SELECT id FROM message WHERE conversation = ? ORDER BY number DESC LIMIT 1",
                    arguments: [conversation])
                _ = try Self.insert(message, in: database)
            }
            return .added(
                RoomRecord(number: number, key: key, payload: payload, created: created))
        }
    }

    /// Conversations in whose rooms something has happened since a record.
    /// - Parameter number: Of the last record that was known; 0 for none.
    /// - Returns: Where, and the newest record.
    /// - Throws: `StoreError`.
    public func roomChanges(after number: Int) async throws(StoreError) -> RoomChanges {
        try await read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT conversation, MAX(number) AS newest FROM room WHERE number > ?
                    GROUP BY conversation ORDER BY newest DESC
                    """, arguments: [number])
            return RoomChanges(
                conversations: rows.map { row -> String in row["conversation"] },
                newest: rows.first.map { row -> Int in row["newest"] } ?? number)
        }
    }

    /// Messages of a conversation since a time, whoever owns it.
    /// - Throws: `StoreError`.
    public func messages(in conversation: String, since time: Double) async throws(StoreError)
        -> [StoredMessage]
    {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: StoredMessage.selection
                    + " WHERE message.conversation = ? AND message.created >= ? ORDER BY message.number",
                arguments: [conversation, time]
            ).map(StoredMessage.init)
        }
    }
}

extension RoomRecord {
    fileprivate init(row: Row) {
        number = row["number"]
        key = row["key"]
        payload = Data((row["payload"] as String).utf8)
        created = row["created"]
    }
}
