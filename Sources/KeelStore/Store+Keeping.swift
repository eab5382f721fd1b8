internal import Foundation
internal import GRDB

/// All that is kept of one person.
public struct PersonalData: Sendable, Codable {
    /// A conversation with all that belongs to it.
    public struct Entry: Sendable, Codable {
        public var conversation: Conversation
        /// In the order in which they were written.
        public var messages: [StoredMessage]
        /// Those about this conversation.
        public var decisions: [Decision]
        /// What happened when somebody was invited.
        public var room: [RoomRecord]
    }

    /// All of the person's.
    public var conversations: [Entry]
}

extension Store {
    /// All that is kept of a person.
    /// - Throws: `StoreError`.
    public func export(of owner: String) async throws(StoreError) -> PersonalData {
        var entries: [PersonalData.Entry] = []
        for conversation in try await conversations(of: owner, limit: .max) {
            entries.append(
                .init(
                    conversation: conversation,
                    messages: try await self.conversation(conversation.id, of: owner).messages,
                    decisions: try await decisions(about: conversation.id, of: owner),
                    room: try await roomRecords(of: conversation.id, owner: owner)))
        }
        return PersonalData(conversations: entries)
    }

    /// Deletes all that is kept of a person, out of the file and its log.
    /// - Returns: How many conversations there were.
    /// - Throws: `StoreError`.
    @discardableResult
    public func deleteAll(of owner: String) async throws(StoreError) -> Int {
        let count = try await write { database in
            try database.execute(
                sql: "DELETE FROM conversation WHERE owner = ?", arguments: [owner])
            return database.changesCount
        }
        try await emptyLog()
        return count
    }

    /// Deletes conversations that were last changed before a time; one with a room is kept, and one of which
    /// a decision says so.
    /// - Parameters:
    ///   - time: Seconds since 1970.
    ///   - isKept: Whether a decision, whose reasons are there, keeps its conversation.
    /// - Returns: How many were deleted.
    /// - Throws: `StoreError`; then none was.
    @discardableResult
    public func deleteConversations(
        before time: Double, unless isKept: @escaping @Sendable (Decision) -> Bool = { _ in false }
    ) async throws(StoreError) -> Int {
        let count = try await write { database in
            let old = try String.fetchAll(
                database,
                sql: """
                    SELECT id FROM conversation WHERE updated < ?
                    AND id NOT IN (SELECT conversation FROM room)
                    """, arguments: [time])
            var count = 0
            for id in old {
                let decisions = try Self.decisions(about: id, in: database)
                if decisions.contains(where: isKept) { continue }
                try database.execute(sql: "DELETE FROM conversation WHERE id = ?", arguments: [id])
                count += 1
            }
            return count
        }
        if count > 0 { try await emptyLog() }
        return count
    }

    /// Copies the whole store into a new file while it is in use.
    /// - Throws: `StoreError`; an existing file is refused.
    public func backUp(to path: String) throws(StoreError) {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw .invalid("\(path) is there already; name a new file.")
        }
        do {
            let copy = try DatabaseQueue(path: path)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            try database.backup(to: copy)
            try copy.close()
        } catch let error as DatabaseError {
            try? FileManager.default.removeItem(atPath: path)
            throw .notWritten(path: path, reason: error.reason)
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw .notWritten(path: path, reason: error.localizedDescription)
        }
    }

    /// What is wrong with the file, by SQLite's own check and the chain of decisions; empty where
    /// nothing is.
    /// - Throws: `StoreError`.
    public func defects() async throws(StoreError) -> [String] {
        var defects = try await read { database in
            try String.fetchAll(database, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
        }
        if let number = try await firstBrokenDecision() {
            defects.append("decision \(number) is not as it was written")
        }
        return defects
    }

    /// Moves the log into the file and cuts it, so that nothing deleted stays in it.
    func emptyLog() async throws(StoreError) {
        do {
            _ = try await database.writeWithoutTransaction { database in
                try database.checkpoint(.truncate)
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            // Someone is reading; the next one does it.
        } catch {
            throw .notWritten(path: path, reason: "\(error)")
        }
    }
}
