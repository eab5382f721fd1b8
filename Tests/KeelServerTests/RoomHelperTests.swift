import Foundation
import KeelServer
import KeelStore
import NIOHTTP1
import Testing

/// Who may read and speak in a room, until when, and what one room does to others.
extension RoomServingTests {
    @Test func `who has come in reads and speaks, and nobody else does in their name`() async throws
    {
        let outside = Outside()
        try await serve(try Store.newPath(), outside, tokens: true) { talker in
            func person(_ name: String) -> Talker {
                var person = talker
                person.headers = [("authorization", "Bearer token-of-\(name)")]
                return person
            }
            let (ann, eve) = (person("ann"), person("eve"))
            let id = try await ann.conversation()
            let told = try await ann.say(Self.danger, in: id)
            _ = try await act("consent", id, ann)
            _ = try await act("approve", id, ann, summary: "S")
            let asked = try await ann.say("Is anybody coming?", in: id, after: told.id)
            _ = try await ann.send(
                .PUT, "/keel/messages/\(asked.id)/feedback", ["rating": -1, "reason": "too slow"])
            let path = "/keel/helper/rooms/\(id)"
            let (_, secret, _) = try opened(await outside.notice())
            // Whoever never had the answer asks again.
            let session = String(repeating: "s", count: 32)
            for _ in 0..<2 {
                let entered = try await talker.send(
                    .POST, "/keel/helper/enter", ["room": id, "link": secret, "session": session])
                #expect(entered.json["session"] as? String == session, "\(entered.text)")
            }
            var guest = talker
            guest.headers = [("keel-helper", session)]
            for helper in [guest, eve] {
                #expect(!(try await helper.send(.GET, path).text.contains("anybody coming")))
            }
            let joined = try await guest.send(.POST, "\(path)/join", ["name": "Ruth"])
            #expect(joined.json["isYou"] as? Bool == true)
            #expect(joined.text.contains("anybody coming") && !joined.text.contains("too slow"))
            let said = ["content": "I'm Ruth.", "key": "1"]
            #expect(try await eve.send(.POST, "\(path)/messages", said).status == 409)
            #expect(try await eve.send(.POST, "\(path)/leave", [:]).status == 409)
            #expect(!(try await eve.send(.GET, path).text.contains("anybody coming")))
            // She has come and says nothing: another may come in her place.
            #expect(try await eve.send(.POST, "\(path)/join", ["name": "Eve"]).status == 200)
            #expect(try await room(id, ann)["helper"] as? String == "Eve")
            #expect(try await guest.send(.POST, "\(path)/messages", said).status == 409)
            let eves = ["content": "I'm Eve.", "key": "2"]
            #expect(try await eve.send(.POST, "\(path)/messages", eves).status == 200)
            // Whoever talks with the person is not pushed aside.
            #expect(try await guest.send(.POST, "\(path)/join", ["name": "Ruth"]).status == 409)
        }
    }

    @Test func `who was invited once is not invited to what is sent later`() async throws {
        let outside = Outside()
        try await serve(try Store.newPath(), outside, tokens: true) { talker in
            var ann = talker
            ann.headers = [("authorization", "Bearer token-of-ann")]
            let id = try await ann.conversation()
            let told = try await ann.say(Self.danger, in: id)
            _ = try await act("consent", id, ann)
            _ = try await act("approve", id, ann, summary: "First")
            let (_, secret, _) = try opened(await outside.notice())
            let entered = try await talker.send(
                .POST, "/keel/helper/enter", ["room": id, "link": secret])
            var guest = talker
            guest.headers = [("keel-helper", entered.json["session"] as? String ?? "")]
            let path = "/keel/helper/rooms/\(id)"
            #expect(try await guest.send(.GET, path).text.contains("First"))
            #expect(try await act("close", id, ann).json["state"] as? String == "closed")
            let closed = try await guest.send(.GET, path)
            #expect(closed.status == 200 && !closed.text.contains("First"))
            // The model owes an answer to what was said last, whatever it was asked before.
            let question = try await ann.made(
                "/keel/conversations/\(id)/messages",
                ["content": "Still here", "parent": told.id])
            #expect(try await room(id, ann)["owed"] as? String == question)
            _ = try await ann.answer(to: question, in: id)
            _ = try await act("close", id, ann)
            let again = try await ann.answer(to: question, in: id)
            #expect(!again.content.isEmpty)
            // Writing opens it again, and somebody else may be invited.
            _ = try await ann.say("Hello?", in: id, after: again.id)
            _ = try await act("consent", id, ann)
            let approved = try await act("approve", id, ann, summary: "Second")
            #expect(approved.json["state"] as? String == "inviting")
            #expect(try await guest.send(.GET, path).status == 403)
            let late = try await talker.send(
                .POST, "/keel/helper/enter", ["room": id, "link": secret])
            #expect(late.status == 403)
        }
    }

    @Test func `a room that cannot be read keeps nobody waiting`() async throws {
        let outside = Outside()
        let path = try Store.newPath()
        try await serve(path, outside) { talker in
            let id = try await talker.conversation()
            _ = try await talker.say(Self.danger, in: id)
            _ = try await act("consent", id, talker)
            let odd = try await talker.conversation()
            _ = try await Store(at: path).addRoomRecord(
                "began", payload: Data(#"{"later":{}}"#.utf8), conversation: odd, after: 0)
            _ = try await act("approve", id, talker, summary: "S")
            _ = await outside.notice()
            let queue = try await talker.send(.GET, "/keel/helper/queue")
            #expect((queue.json["rooms"] as? [Any])?.count == 1)
            // Nor is what is said there refused, or left without an answer.
            let told = try await talker.say(Self.danger, in: odd)
            #expect(!told.content.isEmpty)
        }
    }
}
