internal import Foundation
internal import GRDB

/// Conversations, feedback and decisions in one SQLite file.
///
/// Writing returns once the data are on disk: each commit synchronises the write-ahead log
/// (`synchronous = FULL`, https://www.sqlite.org/pragma.html#pragma_synchronous), so that neither a
/// killed process nor a power cut takes back what was acknowledged. What is deleted is overwritten
/// (`secure_delete`).
public final class Store: Sendable {
    /// Where the file is.
    public let path: String
    let database: DatabasePool

    /// Opens a store, creating or bringing up to date the file.
    /// - Parameter path: The file; SQLite keeps two more beside it, `-wal` and `-shm`.
    /// - Throws: `StoreError.unusable`, `StoreError.newer`.
    public init(at path: String) throws(StoreError) {
        self.path = path
        var configuration = Configuration()
        configuration.label = "KeelStore"
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 4
        // Arguments of statements are what people wrote, and have no place in an error.
        configuration.publicStatementArguments = false
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA secure_delete = ON")
        }
        do {
            database = try DatabasePool(path: path, configuration: configuration)
            try database.writeWithoutTransaction { database in
                // The pool itself has set NORMAL, which leaves the last commits to the kernel.
                try database.execute(sql: "PRAGMA synchronous = FULL")
            }
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            guard try database.read(Self.schema.hasBeenSuperseded) == false else {
                throw StoreError.newer(path: path)
            }
            try Self.schema.migrate(database)
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw .unusable(path: path, reason: error.reason)
        } catch {
            throw .unusable(path: path, reason: error.localizedDescription)
        }
    }

    /// The version of SQLite that the program runs with.
    /// - Throws: `StoreError` where it cannot do the simplest thing.
    public static func engineVersion() throws(StoreError) -> String {
        do {
            return try DatabaseQueue().read { database in
                try String.fetchOne(database, sql: "SELECT sqlite_version()") ?? "unknown"
            }
        } catch {
            throw .unusable(path: "(in memory)", reason: "\(error)")
        }
    }

    /// SQLite's `synchronous` of the connection that writes; 2 is FULL.
    package func synchronousLevel() async throws -> Int? {
        try await database.writeWithoutTransaction { database in
            try Int.fetchOne(database, sql: "PRAGMA synchronous")
        }
    }

    /// Writes all that `body` does, or nothing.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await database.write(body)
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw .notWritten(path: path, reason: error.reason)
        } catch {
            throw .notWritten(path: path, reason: "\(error)")
        }
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await database.read(body)
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw .notRead(path: path, reason: error.reason)
        } catch {
            throw .notRead(path: path, reason: "\(error)")
        }
    }

    static func newID() -> String { UUID().uuidString.lowercased() }
    static func now() -> Double { Date().timeIntervalSince1970 }
}
