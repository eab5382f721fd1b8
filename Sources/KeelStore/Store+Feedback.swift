public import Foundation
internal import GRDB

/// What a person said of an answer, with the exchange it belongs to.
public struct Feedback: Hashable, Sendable, Codable {
    /// The message that was rated.
    public var message: String
    /// -1 or 1.
    public var rating: Int
    /// The person's words; empty where there were none.
    public var reason: String
    /// Seconds since 1970.
    public var created: Double
    /// When the answer was given, in seconds since 1970.
    public var answered: Double
    /// The model that gave the answer.
    public var model: String?
    /// The messages before the answer, the first one first.
    public var conversation: [StoredMessage]
    /// The text that was rated.
    public var answer: String
    /// What decided the answer, as a JSON object.
    public var details: Data?
    /// The message that was answered; answers that share it are alternatives.
    public var parent: String?
}

/// How many answers there were and how many were complained of, on one day.
public struct DailyComplaints: Hashable, Sendable, Codable {
    /// Days since 1970, in UTC.
    public var day: Int
    /// The model that answered; empty where none was noted.
    public var model: String
    /// Answers that were given on that day.
    public var answers: Int
    /// Of these answers, those that are rated -1, whenever that was done.
    public var complaints: Int
}

extension Store {
    /// Keeps a person's rating of an answer, in place of an earlier one.
    /// - Throws: `StoreError.notFound` for a message that is not the owner's, `StoreError.invalid` for
    ///   one that is no answer.
    public func rate(_ message: String, _ rating: Int, reason: String, by owner: String)
        async throws(StoreError)
    {
        try await write { database in
            let role = try Self.role(of: message, owner, in: database)
            guard role == "assistant" else {
                throw StoreError.invalid("Only answers are rated, and this is a person's message.")
            }
            let finish = try String.fetchOne(
                database, sql: "SELECT finish FROM message WHERE id = ?", arguments: [message])
            guard finish != "helper" else {
                throw StoreError.invalid(
                    "Only a model's answers are rated, and a person wrote this.")
            }
            guard rating == 1 || rating == -1 else {
                throw StoreError.invalid("A rating is 1 or -1, not \(rating).")
            }
            try database.execute(
                sql: """
                    INSERT INTO feedback (message, owner, rating, reason, created)
                    VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (message, owner) DO UPDATE SET
                    rating = excluded.rating, reason = excluded.reason, created = excluded.created
                    """,
                arguments: [message, owner, rating, Data(reason.utf8), Self.now()])
        }
    }

    /// Takes a person's rating back.
    /// - Throws: `StoreError.notFound`.
    public func unrate(_ message: String, by owner: String) async throws(StoreError) {
        try await write { database in
            _ = try Self.role(of: message, owner, in: database)
            try database.execute(
                sql: "DELETE FROM feedback WHERE message = ? AND owner = ?",
                arguments: [message, owner])
        }
    }

    /// All feedback with its exchanges, the oldest first.
    /// - Throws: `StoreError`.
    public func feedback() async throws(StoreError) -> [Feedback] {
        let rows = try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT feedback.*, message.created AS answered,
                        conversation.owner AS person FROM feedback
                    JOIN message ON message.id = feedback.message
                    JOIN conversation ON conversation.id = message.conversation
                    ORDER BY feedback.number
                    """
            ).map { row in
                (
                    message: row["message"] as String, owner: row["person"] as String,
                    rating: row["rating"] as Int,
                    reason: String(decoding: row["reason"] as Data, as: UTF8.self),
                    created: row["created"] as Double, answered: row["answered"] as Double
                )
            }
        }
        var all: [Feedback] = []
        for row in rows {
            var path = try await path(to: row.message, of: row.owner)
            guard let answer = path.popLast() else { continue }
            all.append(
                Feedback(
                    message: row.message, rating: row.rating, reason: row.reason,
                    created: row.created, answered: row.answered, model: answer.model,
                    conversation: path,
                    answer: answer.content, details: answer.details,
                    parent: answer.parent))
        }
        return all
    }

    /// Answers and complaints by day of the answer and by model.
    /// - Throws: `StoreError`.
    public func dailyComplaints() async throws(StoreError) -> [DailyComplaints] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT CAST(message.created / 86400 AS INTEGER) AS day,
                        COALESCE(message.model, '') AS model, COUNT(*) AS answers,
                        SUM(EXISTS (SELECT 1 FROM feedback WHERE feedback.message = message.id
                            AND feedback.rating < 0)) AS complaints
                    FROM message WHERE role = 'assistant' GROUP BY day, model ORDER BY day, model
                    """
            ).map { row in
                DailyComplaints(
                    day: row["day"], model: row["model"], answers: row["answers"],
                    complaints: row["complaints"])
            }
        }
    }

    private static func role(of message: String, _ owner: String, in database: Database) throws
        -> String
    {
        guard
            let role = try String.fetchOne(
                database,
                sql: """
                    SELECT role FROM message JOIN conversation
                    ON conversation.id = message.conversation
                    WHERE message.id = ? AND conversation.owner = ?
                    """, arguments: [message, owner])
        else { throw StoreError.notFound("message", id: message) }
        return role
    }
}
