import Crypto
import Foundation
import KeelGuardian
import KeelServer
import KeelStore
import NIOHTTP1
import Testing

/// A person is brought into a conversation, over HTTP.
@Suite struct RoomServingTests: RoomTesting {
    @Test func `a person is asked, goes over what is sent, and somebody comes, talks and leaves`()
        async throws
    {
        let outside = Outside()
        try await serve(try Store.newPath(), outside) { talker in
            let id = try await talker.conversation()
            let plain = try await talker.say("What should I cook tonight?", in: id)
            #expect(try await room(id, talker)["state"] as? String == "together")
            let told = try await talker.say(Self.danger, in: id, after: plain.id)
            #expect(try await room(id, talker)["state"] as? String == "asked")
            #expect(try await act("approve", id, talker, summary: "x").status == 409)
            let consented = try await act("consent", id, talker)
            #expect(consented.json["state"] as? String == "consented")
            #expect((consented.json["draft"] as? String)?.contains(Self.danger) == true)
            #expect(outside.attempts.isEmpty)
            let approved = try await act("approve", id, talker, summary: "Somebody in pain.")
            #expect(approved.json["state"] as? String == "inviting")

            let notice = await outside.notice()
            let (link, secret, body) = try opened(notice)
            #expect(link.hasPrefix("https://keel.example.org/helper#\(id)."))
            #expect(body["summary"] as? String == "Somebody in pain.")
            #expect(!String(decoding: notice.body, as: UTF8.self).contains("want to die"))
            let parts = notice.signature.split(separator: ",").map {
                $0.drop { $0 != "=" }.dropFirst()
            }
            let code = HMAC<SHA256>.authenticationCode(
                for: Data("\(parts[0]).".utf8) + notice.body,
                using: SymmetricKey(data: Data(Outside.secret.utf8)))
            #expect(
                code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
                    == parts[1])

            // The model stays until the helper has come and spoken.
            let waiting = try await talker.say("Is anybody coming?", in: id, after: told.id)
            #expect(!waiting.content.isEmpty)
            let entered = try await talker.send(
                .POST, "/keel/helper/enter", ["room": id, "link": secret])
            let session = try #require(entered.json["session"] as? String, "\(entered.text)")
            var helper = talker
            helper.headers = [("keel-helper", session)]
            let path = "/keel/helper/rooms/\(id)"
            let joined = try await helper.send(.POST, "\(path)/join", ["name": "Ruth"])
            #expect(joined.json["state"] as? String == "joined")
            #expect(!joined.text.contains("cook tonight") && joined.text.contains("anybody coming"))
            let still = try await talker.say("Hello?", in: id, after: waiting.id)
            let said = try await helper.send(
                .POST, "\(path)/messages", ["content": "I'm Ruth, I'm here.", "key": "1"])
            #expect(said.json["state"] as? String == "stepped_back")
            let now = try await room(id, talker)
            #expect(now["helper"] as? String == "Ruth")
            #expect(news(now) == ["invited", "helper-joined", "stepping-back"])
            #expect(!still.content.isEmpty)

            // From here on, the model is silent.
            let thread = try await talker.send(.GET, "/keel/conversations/\(id)")
            let last = try #require((thread.json["messages"] as? [[String: Any]])?.last)
            #expect(last["content"] as? String == "I'm Ruth, I'm here.")
            #expect(last["finish"] as? String == "helper" && last["model"] as? String == "Ruth")
            let question = try await talker.made(
                "/keel/conversations/\(id)/messages",
                ["content": "Thank you for coming", "parent": try #require(last["id"])])
            let answers = "/keel/conversations/\(id)/answers"
            let passed = try await talker.send(
                .POST, answers, ["parent": question, "model": "echo"])
            #expect(passed.eventObjects.map { $0["type"] as? String } == ["passed"])
            #expect(try await helper.send(.GET, path).text.contains("Thank you for coming"))

            let left = try await helper.send(.POST, "\(path)/leave", [:])
            #expect(left.json["state"] as? String == "together")
            #expect((left.json["messages"] as? [Any])?.isEmpty == true)
            let after = try await room(id, talker)
            #expect(news(after).last == "returned" && after["owed"] as? String == question)
            let back = try await talker.answer(to: question, in: id)
            #expect(back.content.contains("Ruth, a person who was invited"))
            #expect(try await room(id, talker)["owed"] == nil)
        }
    }

    @Test func `what a helper says at once, and again, is kept once each`() async throws {
        let outside = Outside()
        try await serve(try Store.newPath(), outside) { talker in
            let id = try await talker.conversation()
            _ = try await talker.say(Self.danger, in: id)
            _ = try await act("consent", id, talker)
            _ = try await act("approve", id, talker, summary: "S")
            let path = "/keel/helper/rooms/\(id)"
            _ = try await talker.send(.POST, "\(path)/join", ["name": "Ruth"])
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<24 {
                    group.addTask {
                        try await talker.send(
                            .POST, "\(path)/messages",
                            ["content": "\(number % 8)", "key": "\(number % 8)"]
                        ).status
                    }
                }
                for try await status in group { #expect(status == 200) }
            }
            let thread = try await talker.send(.GET, "/keel/conversations/\(id)")
            let said = (thread.json["messages"] as? [[String: Any]] ?? [])
                .filter { $0["finish"] as? String == "helper" }
                .compactMap { $0["content"] as? String }
            #expect(said.sorted() == (0..<8).map(String.init))
        }
    }

    @Test func `an invitation is sent until it is taken, and nobody coming is told once`()
        async throws
    {
        let outside = Outside()
        outside.refuse(3)
        try await serve(try Store.newPath(), outside) { talker in
            let id = try await talker.conversation()
            let told = try await talker.say(Self.danger, in: id)
            _ = try await act("consent", id, talker)
            _ = try await act("approve", id, talker, summary: "S")
            _ = await outside.notice()
            #expect(outside.attempts.count == 4 && Set(outside.attempts).count == 1)
            outside.wait(Room.Patience().invitation + 1)
            for _ in 0..<3 {
                let room = try await room(id, talker)
                #expect(room["state"] as? String == "unanswered")
                #expect(news(room) == ["invited", "nobody-came"])
            }
            #expect(!(try await talker.say("Nobody?", in: id, after: told.id)).content.isEmpty)
            // Whoever comes late is let in.
            let joined = try await talker.send(
                .POST, "/keel/helper/rooms/\(id)/join", ["name": "Ruth"])
            #expect(joined.json["state"] as? String == "joined")
        }
    }

    @Test func `a helper who falls silent is not waited for`() async throws {
        let outside = Outside()
        try await serve(try Store.newPath(), outside) { talker in
            let id = try await talker.conversation()
            _ = try await talker.say(Self.danger, in: id)
            _ = try await act("consent", id, talker)
            _ = try await act("approve", id, talker, summary: "S")
            let path = "/keel/helper/rooms/\(id)"
            _ = try await talker.send(.POST, "\(path)/join", ["name": "Ruth"])
            _ = try await talker.send(.POST, "\(path)/messages", ["content": "Hi", "key": "1"])
            let newest = try #require(try await room(id, talker)["newest"] as? String)
            let question = try await talker.made(
                "/keel/conversations/\(id)/messages", ["content": "Hello?", "parent": newest])
            let passed = try await talker.send(
                .POST, "/keel/conversations/\(id)/answers", ["parent": question, "model": "echo"])
            #expect(passed.eventObjects.last?["type"] as? String == "passed")
            outside.wait(Room.Patience().helperSilence + 1)
            let room = try await room(id, talker)
            #expect(news(room).last == "returned" && room["owed"] as? String == question)
            #expect(!(try await talker.answer(to: question, in: id)).content.isEmpty)
        }
    }

    @Test func `who said no is not asked again, unless the danger has grown`() async throws {
        try await serve(try Store.newPath(), Outside()) { talker in
            let id = try await talker.conversation()
            var told = try await talker.say("I want to kill myself", in: id)
            #expect(try await act("decline", id, talker).json["state"] as? String == "declined")
            told = try await talker.say("I still feel the same", in: id, after: told.id)
            #expect(try await room(id, talker)["state"] as? String == "declined")
            _ = try await talker.say(
                "I am going to kill myself tonight", in: id, after: told.id)
            #expect(try await room(id, talker)["state"] as? String == "asked")
        }
    }
}
