internal import Crypto
public import Foundation
internal import GRDB

/// Something the server decided about a conversation, such as letting it rest.
public struct Decision: Hashable, Sendable, Codable {
    /// Its place in the log, which only grows.
    public var number: Int
    /// Id of the conversation; nil where it is about none.
    public var conversation: String?
    /// Id of the message; nil where it is about none.
    public var message: String?
    /// What was decided, in a word: `rest`, `resume`, `fallback`.
    public var kind: String
    /// The reasons, as a JSON object; nil once the person has deleted the conversation.
    public var payload: Data?
    /// Seconds since 1970.
    public var created: Double
}

extension Store {
    /// Adds a decision to the log.
    ///
    /// Each entry's hash covers the entry before it, so that none can be changed or taken out
    /// unseen. It covers the reasons by their digest only: they can be forgotten, and the log still
    /// holds.
    /// - Returns: The entry's number.
    /// - Throws: `StoreError`.
    @discardableResult
    public func log(
        _ kind: String, payload: Data, conversation: String?, message: String?
    ) async throws(StoreError) -> Int {
        try await write { database in
            let last = try String.fetchOne(
                database, sql: "SELECT hash FROM decision ORDER BY number DESC LIMIT 1")
            let created = Self.now()
            let digest = Self.hex(SHA256.hash(data: payload))
            try database.execute(
                sql: """
                    INSERT INTO decision
                    (conversation, message, kind, payload, digest, hash, created)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    conversation, message, kind, String(decoding: payload, as: UTF8.self), digest,
                    Self.hash(after: last, kind, digest, created), created,
                ])
            return Int(database.lastInsertedRowID)
        }
    }

    /// Decisions about a conversation, the oldest first.
    /// - Throws: `StoreError.notFound` for a conversation that is not the owner's.
    public func decisions(about conversation: String, of owner: String) async throws(StoreError)
        -> [Decision]
    {
        try await read { database in
            _ = try Self.find(conversation, of: owner, in: database)
            return try Self.decisions(about: conversation, in: database)
        }
    }

    static func decisions(about conversation: String, in database: Database) throws -> [Decision] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM decision WHERE conversation = ? ORDER BY number",
            arguments: [conversation]
        ).map { row in
            Decision(
                number: row["number"], conversation: row["conversation"],
                message: row["message"], kind: row["kind"],
                payload: (row["payload"] as String?).map { Data($0.utf8) },
                created: row["created"])
        }
    }

    /// The number of the first decision that is not as it was written; nil where all are.
    /// - Throws: `StoreError`.
    public func firstBrokenDecision() async throws(StoreError) -> Int? {
        try await read { database in
            var last: String?
            let rows = try Row.fetchCursor(
                database, sql: "SELECT * FROM decision ORDER BY number")
            while let row = try rows.next() {
                let payload: String? = row["payload"]
                let digest: String = row["digest"]
                let isWhole =
                    payload.map { Self.hex(SHA256.hash(data: Data($0.utf8))) == digest } ?? true
                let hash = Self.hash(after: last, row["kind"], digest, row["created"])
                guard isWhole, hash == row["hash"] else { return row["number"] }
                last = hash
            }
            return nil
        }
    }

    private static func hash(
        after last: String?, _ kind: String, _ digest: String, _ created: Double
    ) -> String {
        hex(
            SHA256.hash(
                data: Data("\(last ?? "")\n\(kind)\n\(digest)\n\(created.bitPattern)".utf8)))
    }

    private static func hex(_ digest: SHA256.Digest) -> String {
        digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
