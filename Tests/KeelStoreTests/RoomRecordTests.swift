import Foundation
import KeelStore
import Testing

/// What happened in rooms, as it is kept.
@Suite struct RoomRecordTests {
    private let store: Store

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "keel-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try Store(at: folder.appending(path: "store.sqlite").path)
    }

    private func add(
        _ key: String, _ conversation: String, after last: Int, message: NewMessage? = nil
    ) async throws -> RoomAddition {
        try await store.addRoomRecord(
            key, payload: Data(#"{"key":"\#(key)"}"#.utf8), conversation: conversation,
            after: last, message: message)
    }

    private func added(_ addition: RoomAddition) throws -> RoomRecord {
        guard case .added(let record) = addition else { throw NotAdded() }
        return record
    }

    private struct NotAdded: Error {}

    @Test func `a room goes on where it stood, whenever the store was closed`() async throws {
        let id = try await store.startConversation(of: "ann", title: "A").id
        var last = 0
        for number in 1...6 {
            // Opened anew for every record: a stop between any two.
            let again = try Store(at: store.path)
            let addition = try await again.addRoomRecord(
                "\(number)", payload: Data("{}".utf8), conversation: id, after: last)
            last = try added(addition).number
            let records = try await Store(at: store.path).roomRecords(of: id)
            #expect(records.map(\.key) == (1...number).map(String.init))
            #expect(records.last?.number == last)
        }
    }

    @Test func `what is told twice happens once, also after others`() async throws {
        let id = try await store.startConversation(of: "ann", title: "A").id
        let first = try added(try await add("a", id, after: 0))
        #expect(try await add("a", id, after: 0) == .known)
        let second = try added(try await add("b", id, after: first.number))
        #expect(try await add("a", id, after: second.number) == .known)
        #expect(try await store.roomRecords(of: id) == [first, second])
        // A key is of its room.
        let other = try await store.startConversation(of: "ann", title: "B").id
        #expect(try await store.roomRecords(of: other).isEmpty)
        _ = try added(try await add("a", other, after: 0))
    }

    @Test func `who knows less than there is adds nothing, and no message`() async throws {
        let id = try await store.startConversation(of: "ann", title: "A").id
        let first = try added(try await add("a", id, after: 0))
        let message = NewMessage(
            conversation: id, parent: nil, role: .user, content: "Here.")
        #expect(try await add("b", id, after: 0, message: message) == .overtaken)
        #expect(try await store.conversation(id, of: "ann").messages.isEmpty)
        _ = try added(try await add("b", id, after: first.number, message: message))
        #expect(try await store.conversation(id, of: "ann").messages.map(\.content) == ["Here."])
    }

    @Test func `of many who add at once, each is let in one after another`() async throws {
        let id = try await store.startConversation(of: "ann", title: "A").id
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<12 {
                group.addTask { [store] in
                    while true {
                        let last = try await store.roomRecords(of: id).last?.number ?? 0
                        let addition = try await store.addRoomRecord(
                            "\(number % 6)", payload: Data("{}".utf8), conversation: id,
                            after: last)
                        if addition != .overtaken { return }
                    }
                }
            }
            try await group.waitForAll()
        }
        let keys = try await store.roomRecords(of: id).map(\.key)
        #expect(keys.sorted() == (0..<6).map(String.init))
    }

    @Test func `only rooms in which something is new are told, the last changed first`()
        async throws
    {
        var ids: [String] = []
        for title in ["A", "B", "C"] {
            ids.append(try await store.startConversation(of: "ann", title: title).id)
        }
        #expect(try await store.roomChanges(after: 0).conversations.isEmpty)
        #expect(try await store.roomChanges(after: 0).newest == 0)
        let first = try added(try await add("a", ids[0], after: 0))
        _ = try added(try await add("a", ids[1], after: 0))
        let all = try await store.roomChanges(after: 0)
        #expect(all.conversations == [ids[1], ids[0]])
        #expect(try await store.roomChanges(after: all.newest).conversations.isEmpty)
        #expect(try await store.roomChanges(after: all.newest).newest == all.newest)
        let next = try added(try await add("b", ids[0], after: first.number))
        let new = try await store.roomChanges(after: all.newest)
        #expect(new.conversations == [ids[0]] && new.newest == next.number)
    }

    @Test func `a conversation that is not there has no room`() async throws {
        await #expect(throws: StoreError.self) { try await add("a", "nowhere", after: 0) }
        #expect(try await store.roomRecords(of: "nowhere").isEmpty)
    }
}
