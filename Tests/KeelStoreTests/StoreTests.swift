import Foundation
import GRDB
import KeelStore
import Testing

/// Conversations, feedback and decisions, as they are kept.
@Suite struct StoreTests {
    private let folder: URL
    private let store: Store

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "keel-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try Store(at: folder.appending(path: "store.sqlite").path)
    }

    /// A question and its answer.
    private func exchange(_ owner: String = "ann", answer: String = "Hi.") async throws -> (
        conversation: Conversation, question: StoredMessage, answer: StoredMessage
    ) {
        let conversation = try await store.startConversation(of: owner, title: "Tea")
        let question = try await store.add(
            NewMessage(
                conversation: conversation.id, parent: nil, role: .user, content: "Hello"),
            of: owner)
        let answer = try await store.add(
            NewMessage(
                conversation: conversation.id, parent: question.id, role: .assistant,
                content: answer, model: "m", finish: "stop"), of: owner)
        return (conversation, question, answer)
    }

    @Test func `what was kept is there after the store is opened again`() async throws {
        let (conversation, question, answer) = try await exchange()
        let again = try Store(at: store.path)
        let thread = try await again.conversation(conversation.id, of: "ann")
        #expect(thread.messages == [question, answer])
        #expect(thread.conversation.title == "Tea")
        #expect(thread.conversation.updated == answer.created)
    }

    @Test func `commits are synchronised, and the file is the owner's alone`() async throws {
        #expect(try await store.synchronousLevel() == 2)
        let reader = try DatabaseQueue(path: store.path)
        let journal = try await reader.read {
            try String.fetchOne($0, sql: "PRAGMA journal_mode")
        }
        #expect(journal == "wal")
        let mode = try FileManager.default.attributesOfItem(atPath: store.path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test func `nobody sees, goes on with, rates or deletes what is another's`() async throws {
        let (conversation, question, answer) = try await exchange()
        await #expect(throws: StoreError.notFound("conversation", id: conversation.id)) {
            try await store.conversation(conversation.id, of: "bob")
        }
        await #expect(throws: StoreError.notFound("message", id: answer.id)) {
            try await store.path(to: answer.id, of: "bob")
        }
        await #expect(throws: StoreError.self) {
            try await store.add(
                NewMessage(
                    conversation: conversation.id, parent: answer.id, role: .user, content: "x"),
                of: "bob")
        }
        await #expect(throws: StoreError.self) {
            try await store.rate(answer.id, -1, reason: "", by: "bob")
        }
        await #expect(throws: StoreError.self) {
            try await store.deleteConversation(conversation.id, of: "bob")
        }
        #expect(try await store.conversations(of: "bob").isEmpty)
        #expect(try await store.path(to: answer.id, of: "ann") == [question, answer])
    }

    @Test func `questions and answers take turns, and versions stand side by side`() async throws {
        let (conversation, question, answer) = try await exchange()
        func add(_ role: StoredMessage.Role, after parent: String?) async throws -> StoredMessage {
            try await store.add(
                NewMessage(
                    conversation: conversation.id, parent: parent, role: role, content: "x"),
                of: "ann")
        }
        let other = try await add(.assistant, after: question.id)
        let edited = try await add(.user, after: nil)
        let next = try await add(.user, after: other.id)
        #expect(
            try await store.path(to: next.id, of: "ann").map(\.id)
                == [question, other, next].map(\.id))
        #expect(try await store.path(to: edited.id, of: "ann").count == 1)
        await #expect(throws: StoreError.self) { try await add(.user, after: question.id) }
        await #expect(throws: StoreError.self) { try await add(.assistant, after: answer.id) }
        await #expect(throws: StoreError.self) { try await add(.assistant, after: nil) }
        let elsewhere = try await exchange()
        await #expect(throws: StoreError.self) { try await add(.user, after: elsewhere.answer.id) }
    }

    @Test func `a list goes on where it ended, also among conversations of one time`() async throws
    {
        for number in 1...7 {
            _ = try await store.startConversation(of: "ann", title: "\(number)")
        }
        let writer = try DatabaseQueue(path: store.path)
        try await writer.write { database in
            try database.execute(
                sql: "UPDATE conversation SET updated = 0.1 + 0.2 WHERE title > '2'")
        }
        let all = try await store.conversations(of: "ann")
        var listed: [Conversation] = []
        var cursor: ConversationCursor?
        repeat {
            let part = try await store.conversations(of: "ann", after: cursor, limit: 2)
            listed += part
            cursor = part.last.map(ConversationCursor.init(after:))
        } while cursor != nil
        #expect(listed == all && all.count == 7)
        let last = try #require(all.last.map(ConversationCursor.init(after:)))
        #expect(ConversationCursor(last.description) == last)
    }

    @Test func `a rating replaces the one before, and can be taken back`() async throws {
        let (_, question, answer) = try await exchange()
        try await store.rate(answer.id, 1, reason: "", by: "ann")
        try await store.rate(answer.id, -1, reason: "too long", by: "ann")
        let all = try await store.feedback()
        #expect(all.count == 1)
        #expect(all.first?.rating == -1 && all.first?.reason == "too long")
        #expect(all.first?.conversation.map(\.id) == [question.id])
        #expect(all.first?.answer == answer.content && all.first?.parent == question.id)
        #expect(all.first?.answered == answer.created)
        let days = try await store.dailyComplaints()
        #expect(days.map(\.answers) == [1] && days.map(\.complaints) == [1])
        await #expect(throws: StoreError.self) {
            try await store.rate(question.id, 1, reason: "", by: "ann")
        }
        await #expect(throws: StoreError.self) {
            try await store.rate(answer.id, 5, reason: "", by: "ann")
        }
        try await store.unrate(answer.id, by: "ann")
        #expect(try await store.feedback().isEmpty)
    }

    @Test func `a person takes away all of theirs, and nothing of it stays in the files`()
        async throws
    {
        let secret = "xyzzy-\(UUID().uuidString)"
        let (conversation, _, answer) = try await exchange(answer: secret)
        try await store.rate(answer.id, -1, reason: secret, by: "ann")
        try await store.log(
            "rest", payload: Data(#"{"quote":"\#(secret)"}"#.utf8), conversation: conversation.id,
            message: answer.id)
        let other = try await exchange("bob")
        let exported = try await store.export(of: "ann")
        #expect(exported.conversations.count == 1)
        #expect(exported.conversations.first?.messages.last?.content == secret)
        #expect(exported.conversations.first?.decisions.count == 1)

        #expect(try await store.deleteAll(of: "ann") == 1)
        #expect(try await store.export(of: "ann").conversations.isEmpty)
        #expect(try await store.conversations(of: "bob").map(\.id) == [other.conversation.id])
        try expectGone(secret)
        // The chain holds though a payload was forgotten.
        #expect(try await store.defects() == [])
    }

    @Test func `a conversation that is deleted by itself leaves nothing in the files`()
        async throws
    {
        let secret = "xyzzy-\(UUID().uuidString)"
        let (conversation, _, _) = try await exchange(answer: secret)
        let other = try await exchange("ann")
        try await store.deleteConversation(conversation.id, of: "ann")
        #expect(try await store.conversations(of: "ann").map(\.id) == [other.conversation.id])
        try expectGone(secret)
    }

    /// No file of the store holds the words.
    private func expectGone(_ words: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let data = try Data(contentsOf: folder.appending(path: name))
            #expect(data.range(of: Data(words.utf8)) == nil, "\(name) still holds it")
        }
    }

    @Test func `what is too old is deleted, and what is not stays`() async throws {
        let (old, _, answer) = try await exchange()
        #expect(try await store.deleteConversations(before: answer.created) == 0)
        let cut = Date().timeIntervalSince1970 + 1
        #expect(try await store.deleteConversations(before: cut) == 1)
        await #expect(throws: StoreError.self) { try await store.conversation(old.id, of: "ann") }
    }

    @Test func `what a decision keeps, and what has a room, is not too old`() async throws {
        let (kept, _, _) = try await exchange()
        let (invited, _, _) = try await exchange()
        let (other, _, _) = try await exchange()
        try await store.log(
            "guardian", payload: Data("{}".utf8), conversation: kept.id, message: nil)
        try await store.log("rest", payload: Data("{}".utf8), conversation: other.id, message: nil)
        _ = try await store.addRoomRecord(
            "began", payload: Data("{}".utf8), conversation: invited.id, after: 0)
        let cut = Date().timeIntervalSince1970 + 1
        let count = try await store.deleteConversations(before: cut) { $0.kind == "guardian" }
        #expect(count == 1)
        let left = Set(try await store.conversations(of: "ann").map(\.id))
        #expect(left == [kept.id, invited.id])
    }

    @Test func `a backup holds what the store holds, and replaces no file`() async throws {
        let (conversation, question, answer) = try await exchange()
        let path = folder.appending(path: "copy.sqlite").path
        try store.backUp(to: path)
        let copy = try Store(at: path)
        #expect(
            try await copy.conversation(conversation.id, of: "ann").messages == [question, answer])
        #expect(throws: StoreError.self) { try store.backUp(to: path) }
        #expect(throws: StoreError.self) { try store.backUp(to: "/nowhere/at/all.sqlite") }
    }

    @Test func `a decision that was changed or taken out is found`() async throws {
        for number in 1...4 {
            try await store.log(
                "rest", payload: Data(#"{"n":\#(number)}"#.utf8), conversation: nil, message: nil)
        }
        #expect(try await store.defects() == [])
        let raw = try DatabaseQueue(path: store.path)
        try await raw.write {
            try $0.execute(sql: "UPDATE decision SET payload = '{}' WHERE number = 3")
        }
        #expect(try await store.firstBrokenDecision() == 3)
        try await raw.write {
            try $0.execute(sql: "UPDATE decision SET payload = '{\"n\":3}' WHERE number = 3")
        }
        #expect(try await store.firstBrokenDecision() == nil)
        try await raw.write { try $0.execute(sql: "DELETE FROM decision WHERE number = 2") }
        #expect(try await store.firstBrokenDecision() == 3)
    }

    @Test func `what is no store of this version is refused with the reason`() async throws {
        let text = folder.appending(path: "text.sqlite")
        try Data("This is no database, and long enough to be seen as none.".utf8).write(to: text)
        #expect(throws: StoreError.self) { try Store(at: text.path) }
        #expect(throws: StoreError.self) { try Store(at: "/nowhere/at/all.sqlite") }
        let later = try DatabaseQueue(path: store.path)
        try await later.write {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('of a later version')")
        }
        #expect(throws: StoreError.newer(path: store.path)) { try Store(at: store.path) }
    }

    @Test func `texts of any kind come back as they were`() async throws {
        for text in ["", "\u{0}", "'; DROP TABLE message; --", "🫖\u{301}\u{200D}", "\u{FEFF}a\r\n"]
        {
            let (conversation, _, answer) = try await exchange(answer: text)
            let thread = try await store.conversation(conversation.id, of: "ann")
            #expect(thread.messages.last?.content == answer.content)
            #expect(Array(answer.content.utf8) == Array(text.utf8))
        }
    }
}
