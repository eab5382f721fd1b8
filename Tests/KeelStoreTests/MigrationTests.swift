import Foundation
import GRDB
import KeelStore
import Testing

/// Files that earlier versions have written.
@Suite struct MigrationTests {
    /// The tables of the first version, as they were released; this text never changes.
    private static let first = """
        CREATE TABLE conversation (
            id TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL,
            title BLOB NOT NULL,
            created REAL NOT NULL,
            updated REAL NOT NULL
        ) STRICT;
        CREATE INDEX conversation_by_owner ON conversation (owner, updated);
        CREATE TABLE message (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
            parent TEXT REFERENCES message (id) ON DELETE CASCADE,
            role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
            content BLOB NOT NULL,
            model TEXT,
            finish TEXT,
            details TEXT,
            created REAL NOT NULL
        ) STRICT;
        CREATE INDEX message_by_conversation ON message (conversation, number);
        CREATE INDEX message_by_parent ON message (parent);
        INSERT INTO conversation VALUES ('c', 'ann', CAST('Tea' AS BLOB), 1, 2);
        INSERT INTO message (id, conversation, parent, role, content, created)
            VALUES ('q', 'c', NULL, 'user', CAST('Hello' AS BLOB), 1);
        INSERT INTO message (id, conversation, parent, role, content, model, finish, created)
            VALUES ('a', 'c', 'q', 'assistant', CAST('Hi.' AS BLOB), 'm', 'stop', 2);
        """

    private static func newPath() throws -> String {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "keel-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.appending(path: "store.sqlite").path
    }

    @Test func `a store of the first version is brought up to date with all it holds`()
        async throws
    {
        let path = try Self.newPath()
        var version = DatabaseMigrator()
        version.registerMigration("conversations") { try $0.execute(sql: Self.first) }
        let old = try DatabaseQueue(path: path)
        try version.migrate(old)
        try old.close()

        for _ in 1...2 {
            let store = try Store(at: path)
            let thread = try await store.conversation("c", of: "ann")
            #expect(thread.conversation.title == "Tea" && thread.conversation.updated == 2)
            #expect(thread.messages.map(\.content) == ["Hello", "Hi."])
            // What later versions brought can be used, on what was there before them.
            try await store.rate("a", 1, reason: "kind", by: "ann")
            #expect(try await store.feedback().map(\.reason) == ["kind"])
            try await store.log("rest", payload: Data("{}".utf8), conversation: "c", message: "a")
            #expect(try await store.defects() == [])
        }
        let again = try Store(at: path)
        #expect(try await again.decisions(about: "c", of: "ann").count == 2)
        try await again.deleteConversation("c", of: "ann")
        #expect(try await again.feedback().isEmpty)
        #expect(try await again.defects() == [])
    }
}
