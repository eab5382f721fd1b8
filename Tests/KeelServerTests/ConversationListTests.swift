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
        var ids: [String] = []
        for number in 1...102 {
            let new = try await store.startConversation(of: "", title: "\(number)")
            ids.insert(new.id, at: 0)
        }
        try await withServer(configure: { $0.store = store }) { server in
            let first = try await server.send(.GET, "/keel/conversations").json
            let newest = try #require(first["conversations"] as? [[String: Any]])
            #expect(newest.count == 100 && first["more"] as? Bool == true)
            let last = try #require(newest.last?["updated"] as? Double)
            let second = try await server.send(.GET, "/keel/conversations?before=\(last)").json
            let older = try #require(second["conversations"] as? [[String: Any]])
            #expect(second["more"] as? Bool == false)
            #expect((newest + older).map { $0["id"] as? String } == ids)
            let none = try await server.send(.GET, "/keel/conversations?before=0").json
            #expect((none["conversations"] as? [Any])?.isEmpty == true)
        }
    }

    @Test(arguments: ["", "x", "-1", "nan", "inf", "1e999", "1,5", "%00"])
    func `a time that is none is refused by name`(before: String) async throws {
        try await withServer(configure: { $0.store = store }) { server in
            let answer = try await server.send(.GET, "/keel/conversations?before=\(before)")
            #expect(answer.status == 400 && answer.error["param"] as? String == "before")
        }
    }
}
