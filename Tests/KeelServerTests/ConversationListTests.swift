import Foundation
import KeelServer
import KeelStore
import NIOHTTP1
import Testing

/// The list of a person's conversations, part by part.
@Suite struct ConversationListTests {
    private let store: Store

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "keel-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try Store(at: folder.appending(path: "store.sqlite").path)
    }

    @Test func `older conversations follow the hundred newest, each listed once`() async throws {
        for number in 1...102 {
            _ = try await store.startConversation(of: "", title: "\(number)")
        }
        let all = try await store.conversations(of: "", limit: .max).map(\.id)
        try await withServer(configure: { $0.store = store }) { server in
            let first = try await server.send(.GET, "/keel/conversations").json
            let newest = try #require(first["conversations"] as? [[String: Any]])
            #expect(newest.count == 100)
            let next = try #require(first["next"] as? String)
            let second = try await server.send(.GET, "/keel/conversations?after=\(next)").json
            let older = try #require(second["conversations"] as? [[String: Any]])
            #expect(second["next"] == nil)
            #expect((newest + older).map { $0["id"] as? String } == all)
        }
    }

    @Test(arguments: [
        "", "x", "0", "%00", "41da5f5ea5c00000", "41da5f5ea5c00000.", ".x", "7ff0000000000000.x",
        "7ff8000000000000.x", "41da5f5ea5c0000g.x", "41da5f5ea5c00000.x.y",
    ])
    func `a place that is none is refused by name`(after: String) async throws {
        try await withServer(configure: { $0.store = store }) { server in
            let answer = try await server.send(.GET, "/keel/conversations?after=\(after)")
            #expect(answer.status == 400 && answer.error["param"] as? String == "after")
        }
    }
}
