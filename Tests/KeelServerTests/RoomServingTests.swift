import Crypto
import Foundation
import KeelGuardian
import KeelLanguage
import KeelServer
import KeelStore
import NIOHTTP1
import Synchronization
import Testing

/// What lies outside of a server: the helpers' address, and the time.
final class Outside: Sendable {
    struct NotTaken: Error {}

    private struct State {
        var time = 1000.0
        var refusals = 0
        var attempts: [String] = []
        var notices: [SignedNotice] = []
        var waiting: [CheckedContinuation<SignedNotice, Never>] = []
    }

    static let secret = "a secret of helpers"
    private let state = Mutex(State())

    var attempts: [String] { state.withLock { $0.attempts } }
    var notices: [SignedNotice] { state.withLock { $0.notices } }

    func refuse(_ count: Int) { state.withLock { $0.refusals = count } }
    func wait(_ seconds: Double) { state.withLock { $0.time += seconds } }

    /// The first notice that was taken, once there is one.
    func notice() async -> SignedNotice {
        await withCheckedContinuation { continuation in
            let first = state.withLock { state in
                if state.notices.isEmpty { state.waiting.append(continuation) }
                return state.notices.first
            }
            if let first { continuation.resume(returning: first) }
        }
    }

    private func take(_ notice: SignedNotice) throws {
        let waiting = try state.withLock { state in
            state.attempts.append(notice.key)
            if state.refusals > 0 {
                state.refusals -= 1
                throw NotTaken()
            }
            state.notices.append(notice)
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in waiting { one.resume(returning: notice) }
    }

    func setup(pause: Duration = .milliseconds(10)) throws -> RoomSetup {
        var setup = try RoomSetup(secret: Self.secret, address: "https://keel.example.org/") {
            try self.take($0)
        }
        setup.now = { self.state.withLock { $0.time } }
        setup.pause = pause
        return setup
    }
}

/// A person is brought into a conversation, over HTTP.
@Suite struct RoomServingTests {
    static let danger = "I want to die"

    func serve<Result>(
        _ path: String, _ outside: Outside, pause: Duration = .milliseconds(10),
        tokens: Bool = false, _ body: (Talker) async throws -> Result
    ) async throws -> Result {
        let guardian = try CompanionGuardian.shipped()
        let room = try outside.setup(pause: pause)
        var failure: (any Error)?
        // Says what was said before, so that it shows what a model is told of it.
        let model = ScriptedChatModel(name: "remembering") { prompt, _, _ in
            guard case .messages(let messages) = prompt,
                let last = messages.last(where: { $0.role == .assistant })
            else { return "I hear you." }
            return String(last.content.suffix(78))
        }
        return try await withServer(
            [.one(model)],
            configure: {
                do {
                    try $0.guarded(by: guardian, store: path)
                    $0.room = room
                    if tokens {
                        try $0.access.add("token-of-ann", name: "ann", role: .user)
                        try $0.access.add("token-of-bob", name: "bob", role: .user)
                        try $0.access.add("token-of-eve", name: "eve", role: .helper)
                    }
                } catch { failure = error }
            }
        ) { server in
            #expect(failure == nil)
            return try await body(Talker(server: server))
        }
    }

    func room(_ id: String, _ talker: Talker) async throws -> [String: Any] {
        let answer = try await talker.send(.GET, "/keel/conversations/\(id)/room")
        try #require(answer.status == 200, "\(answer.text)")
        return answer.json
    }

    func act(
        _ act: String, _ id: String, _ talker: Talker, summary: String? = nil
    ) async throws -> TestServer.Answer {
        var body = ["act": act]
        body["summary"] = summary
        return try await talker.send(.POST, "/keel/conversations/\(id)/room", body)
    }

    func news(_ room: [String: Any]) -> [String] {
        (room["news"] as? [[String: Any]] ?? []).compactMap { $0["news"] as? String }
    }

    /// The conversation and the secret of a link.
    func opened(_ notice: SignedNotice) throws -> (
        link: String, secret: String, body: [String: Any]
    ) {
        let body = try #require(
            try JSONSerialization.jsonObject(with: notice.body) as? [String: Any])
        let link = try #require(body["link"] as? String)
        let secret = try #require(link.split(separator: ".").last)
        return (link, String(secret), body)
    }

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
