internal import GRDB

extension Store {
    /// Steps from an empty file to today's tables; a step that was released never changes.
    ///
    /// What people and models write is kept as bytes: a text of SQLite's ends at its first NUL, and a
    /// model can write one.
    static let schema: DatabaseMigrator = {
        var schema = DatabaseMigrator()
        schema.registerMigration("conversations") { database in
            try database.execute(
                sql: """
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
                    """)
        }
        schema.registerMigration("feedback") { database in
            try database.execute(
                sql: """
                    CREATE TABLE feedback (
                        number INTEGER PRIMARY KEY AUTOINCREMENT,
                        message TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
                        owner TEXT NOT NULL,
                        rating INTEGER NOT NULL CHECK (rating IN (-1, 1)),
                        reason BLOB NOT NULL,
                        created REAL NOT NULL,
                        UNIQUE (message, owner)
                    ) STRICT;
                    CREATE INDEX feedback_by_owner ON feedback (owner);
                    """)
        }
        schema.registerMigration("decisions") { database in
            try database.execute(
                sql: """
                    CREATE TABLE decision (
                        number INTEGER PRIMARY KEY AUTOINCREMENT,
                        conversation TEXT REFERENCES conversation (id) ON DELETE SET NULL,
                        message TEXT REFERENCES message (id) ON DELETE SET NULL,
                        kind TEXT NOT NULL,
                        payload TEXT,
                        digest TEXT NOT NULL,
                        hash TEXT NOT NULL,
                        created REAL NOT NULL
                    ) STRICT;
                    CREATE INDEX decision_by_conversation ON decision (conversation);
                    CREATE INDEX decision_by_message ON decision (message);
                    -- A decision outlives what it was about, but not what it quotes.
                    CREATE TRIGGER decision_forgets BEFORE DELETE ON conversation BEGIN
                        UPDATE decision SET payload = NULL WHERE conversation = OLD.id;
                    END;
                    """)
        }
        schema.registerMigration("rooms") { database in
            try database.execute(
                sql: """
                    CREATE TABLE room (
                        number INTEGER PRIMARY KEY AUTOINCREMENT,
                        conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
                        key TEXT NOT NULL,
                        payload TEXT NOT NULL,
                        created REAL NOT NULL,
                        UNIQUE (conversation, key)
                    ) STRICT;
                    """)
        }
        return schema
    }()
}
