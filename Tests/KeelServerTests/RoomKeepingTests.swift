import Foundation
import KeelServer
import KeelStore
import NIOHTTP1
import Testing

/// What a room keeps over restarts, and from whom.
@Suite struct RoomKeepingTests: RoomTesting {
    @Test func `a restart between any two steps loses nothing and doubles nothing`() async throws {
        let outside = Outside()
        let path = try Store.newPath()
        var id = "", last = "", session = ""
        outside.refuse(.max)
        try await serve(path, outside) { talker in
            id = try await talker.conversation()
            last = try await talker.say(Self.danger, in: id).id
        }
        var states: [String] = []
        func restarted(_ body: (Talker) async throws -> Void) async throws {
            try await serve(path, outside, body)
            try await serve(path, outside) { talker in
                states.append(try #require(try await room(id, talker)["state"] as? String))
            }
        }
        try await restarted { _ in }
        try await restarted { _ = try await act("consent", id, $0) }
        try await restarted { _ = try await act("approve", id, $0, summary: "S") }
        outside.refuse(0)
        // The invitation that nobody took before the restart is sent after it, under the same key.
        var secret = ""
        try await restarted { _ in secret = try opened(await outside.notice()).secret }
        #expect(Set(outside.attempts).count == 1)
        try await restarted { talker in
            let entered = try await talker.send(
                .POST, "/keel/helper/enter", ["room": id, "link": secret])
            session = try #require(entered.json["session"] as? String)
        }
        func helper(_ talker: Talker) -> Talker {
            var helper = talker
            helper.headers = [("keel-helper", session)]
            return helper
        }
        try await restarted {
            _ = try await helper($0).send(.POST, "/keel/helper/rooms/\(id)/join", ["name": "Ruth"])
        }
        try await restarted { talker in
            for _ in 0..<2 {
                let said = try await helper(talker).send(
                    .POST, "/keel/helper/rooms/\(id)/messages", ["content": "Here.", "key": "1"])
                #expect(said.status == 200)
            }
        }
        try await restarted { talker in
            let said = try await helper(talker).send(
                .POST, "/keel/helper/rooms/\(id)/messages", ["content": "Here.", "key": "1"])
            #expect(said.status == 200)
        }
        try await restarted {
            _ = try await helper($0).send(.POST, "/keel/helper/rooms/\(id)/leave", [:])
        }
        #expect(
            states == [
                "asked", "consented", "inviting", "inviting", "inviting", "joined",
                "stepped_back", "stepped_back", "together",
            ])
        try await serve(path, outside) { talker in
            let room = try await room(id, talker)
            #expect(news(room) == ["invited", "helper-joined", "stepping-back", "returned"])
            let thread = try await talker.send(.GET, "/keel/conversations/\(id)")
            let messages = thread.json["messages"] as? [[String: Any]] ?? []
            #expect(messages.filter { $0["content"] as? String == "Here." }.count == 1)
            #expect(messages.contains { $0["id"] as? String == last })
        }
        #expect(outside.notices.count == 1)
    }

    @Test func `each sees what is theirs`() async throws {
        let outside = Outside()
        try await serve(try Store.newPath(), outside, tokens: true) { talker in
            func person(_ name: String) -> Talker {
                var person = talker
                person.headers = [("authorization", "Bearer token-of-\(name)")]
                return person
            }
            let (ann, bob, eve) = (person("ann"), person("bob"), person("eve"))
            let id = try await ann.conversation()
            _ = try await ann.say(Self.danger, in: id)
            let path = "/keel/helper/rooms/\(id)"
            // Before anything was agreed to, nobody sees anything.
            #expect(try await eve.send(.GET, path).status == 404)
            _ = try await act("consent", id, ann)
            #expect(try await act("approve", id, bob, summary: "S").status == 404)
            _ = try await act("approve", id, ann, summary: "S")
            #expect(try await bob.send(.GET, "/keel/conversations/\(id)/room").status == 404)
            for (stranger, status) in [(bob, 403), (talker, 401)] {
                #expect(try await stranger.send(.GET, path).status == status)
                #expect(try await stranger.send(.GET, "/keel/helper/queue").status == status)
            }
            let (_, secret, _) = try opened(await outside.notice())
            for link in ["", "wrong", String(secret.dropLast())] {
                let refused = try await talker.send(
                    .POST, "/keel/helper/enter", ["room": id, "link": link])
                #expect(refused.status == 403)
            }
            let entered = try await talker.send(
                .POST, "/keel/helper/enter", ["room": id, "link": secret])
            #expect(entered.status == 200)
            let again = try await talker.send(
                .POST, "/keel/helper/enter", ["room": id, "link": secret])
            #expect(again.status == 403)
            var guest = talker
            guest.headers = [("keel-helper", entered.json["session"] as? String ?? "")]
            #expect(try await guest.send(.GET, path).status == 200)
            #expect(try await guest.send(.GET, "/keel/helper/queue").status == 403)
            #expect(try await guest.send(.GET, "/keel/conversations").status == 401)
            for path in ["/keel/conversations", "/v1/models", "/keel/session", "/metrics"] {
                #expect(try await eve.send(.GET, path).status == 403, "\(path)")
            }

            // Whoever is on duty sees the queue, and says that they are there.
            #expect(try await room(id, ann)["isAnybodyAvailable"] as? Bool == false)
            _ = try await eve.send(.PUT, "/keel/helper/availability", ["available": true])
            #expect(try await room(id, ann)["isAnybodyAvailable"] as? Bool == true)
            let queue = try await eve.send(.GET, "/keel/helper/queue")
            let rooms = try #require(queue.json["rooms"] as? [[String: Any]])
            #expect(rooms.map { $0["room"] as? String } == [id])
            #expect(rooms.first?["summary"] as? String == "S")
            #expect(try await eve.send(.GET, "/keel/runs").status != 200)

            // What is deleted is gone for everybody.
            #expect(try await ann.send(.DELETE, "/keel/conversations/\(id)").status == 200)
            #expect(try await eve.send(.GET, path).status == 404)
            #expect(try await guest.send(.GET, path).status == 403)
        }
    }
}
