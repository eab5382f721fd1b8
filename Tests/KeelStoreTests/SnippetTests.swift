import Foundation
import KeelStore
import Testing

/// What `Sources/KeelStore/KeelStore.docc` shows, compiled and run; `make test-docs` holds the two equal.
struct SnippetTests {
    @Test func `a conversation is kept`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "store.sqlite").path
        let store = try Store(at: path)
        let conversation = try await store.startConversation(of: "ann", title: "Tea")
        let question = try await store.add(
            NewMessage(
                conversation: conversation.id, parent: nil, role: .user, content: "What is tea?"),
            of: "ann")
        #expect(try await store.conversation(conversation.id, of: "ann").messages == [question])
    }
}
