import Foundation
import KeelGuardian
import KeelLanguage
import KeelServer
import KeelStore
import NIOHTTP1
import Testing

/// The guardian around answers, over HTTP.
@Suite struct GuardianTests {
    private struct Broken: Error {}

    private static let danger = "I want to die. I can't do this anymore."
    private static let stays = "I'm staying with you in this"
    private static let asks = "Are you thinking about suicide?"

    private func guarded<Result>(
        _ models: [ServedModel] = [.echo()], by guardian: (any Guarding)? = nil, log: String? = nil,
        store: String? = nil, _ body: (Talker) async throws -> Result
    ) async throws -> Result {
        let shipped = try CompanionGuardian.shipped()
        let watching: any Guarding = guardian ?? shipped
        var failure: (any Error)?
        return try await withServer(
            models,
            configure: {
                do {
                    try $0.guarded(by: watching, log: log, store: store)
                } catch { failure = error }
            }
        ) { server in
            #expect(failure == nil)
            return try await body(Talker(server: server))
        }
    }

    @Test func `plain talk passes as the model wrote it, and the log says that nobody read it`()
        async throws
    {
        try await guarded { talker in
            let told = try await talker.say(
                "In 1984, how do I kill a process 12345?", in: try await talker.conversation())
            #expect(told.content == "user: In 1984, how do I kill a process 12345?")
            #expect(told.streamed == told.content && told.finish == "stop")
            let why = try await talker.why(told.id)
            #expect(why["level"] as? String == "none" && why["review"] as? String == "unreviewed")
            #expect(why["action"] as? String == "answer" && why["instruction"] == nil)
        }
    }

    @Test func `who may want to die is stayed with and asked, and can read why and object`()
        async throws
    {
        try await guarded { talker in
            let id = try await talker.conversation()
            let told = try await talker.say(Self.danger, in: id)
            #expect(told.content.hasPrefix(Self.stays) && told.content.hasSuffix(Self.asks))
            #expect(told.streamed == told.content)
            let guardian = try #require(
                told.events.first { $0["type"] as? String == "guardian" }?["guardian"]
                    as? [String: Any])
            #expect(guardian["changes"] as? Bool == true)
            var why = try await talker.why(told.id)
            let values = try #require(why["values"] as? [[String: Any]])
            #expect(values.first { $0["won"] as? Bool == true }?["value"] as? String == "staying")
            #expect(values.count > 1)
            #expect((why["evidence"] as? [String])?.joined().contains("want to die") == true)
            let probability = try #require(why["probability"] as? Double)
            #expect((0...1).contains(probability))
            #expect(why["review"] as? String == "reviewed")
            #expect((why["instruction"] as? String)?.contains("How to answer") == true)

            // The settings that are told are those that were used, not those that were asked for.
            let whole = try await talker.send(.GET, "/keel/messages/\(told.id)/why").json
            let details = try #require(whole["details"] as? [String: Any])
            #expect(details["temperature"] as? Double == 0)
            #expect(try #require(details["max_tokens"] as? Int) < 100)

            let path = "/keel/messages/\(told.id)/objection"
            #expect(try await talker.send(.POST, path, ["text": ""]).status == 400)
            #expect(
                try await talker.send(.POST, path, ["text": "It is from a song."]).status == 201)
            why = try await talker.why(told.id)
            #expect(why["objections"] as? [String] == ["It is from a song."])
            #expect(try await talker.send(.GET, "/keel/data").text.contains("objection"))
            let missing = try await talker.send(
                .POST, "/keel/messages/nothing/objection", ["text": "a"])
            #expect(missing.status == 404)
        }
    }

    @Test func `somebody else's danger is spoken of as theirs`() async throws {
        try await guarded { talker in
            let told = try await talker.say(
                "My friend wants to kill himself", in: try await talker.conversation())
            #expect(told.content.contains("Do you know whether they are thinking about suicide?"))
            #expect(!told.content.contains(Self.asks))
        }
    }

    @Test func `OpenAI's clients get an ordinary stream, and are told beside it`() async throws {
        try await guarded { talker in
            let answer = try await talker.send(
                .POST, "/v1/chat/completions",
                [
                    "model": "echo", "stream": true, "n": 2,
                    "messages": [["role": "user", "content": Self.danger]],
                ])
            #expect(answer.status == 200 && answer.events.last == "[DONE]")
            let choices = answer.eventObjects.flatMap {
                $0["choices"] as? [[String: Any]] ?? []
            }
            // The echo is longer than an answer to somebody in danger may be.
            #expect(choices.compactMap { $0["finish_reason"] as? String } == ["length", "length"])
            for sample in 0..<2 {
                let text = choices.filter { $0["index"] as? Int == sample }
                    .compactMap { ($0["delta"] as? [String: Any])?["content"] as? String }.joined()
                #expect(text.hasPrefix(Self.stays) && text.hasSuffix(Self.asks))
            }
            let first = try #require(answer.eventObjects.first?["keel"] as? [String: Any])
            #expect((first["guardian"] as? [String: Any])?["changes"] as? Bool == true)
        }
    }

    private static let reply =
        "I hear you. I have to end this conversation now. Call 555-0199, or 988. It is much to carry."

    @Test(arguments: [1, 2, 3, 7, 40, 200])
    func `what must not be said is not shown, by any chunking`(size: Int) async throws {
        try await guarded([.one(PieceModel(text: Self.reply, size: size))]) { talker in
            let told = try await talker.say(Self.danger, in: try await talker.conversation())
            #expect(!told.streamed.contains("end this conversation"))
            #expect(!told.streamed.contains("555"))
            #expect(
                told.content.contains(
                    "I hear you. Call (a number I can't vouch for was left out), or 988. "
                        + "It is much to carry."), "\(told.content)")
        }
    }

    @Test func `an answer of which nothing may be shown is no silence`() async throws {
        let model = PieceModel(text: "I can't talk about this with you.")
        try await guarded([.one(model)]) { talker in
            let told = try await talker.say(Self.danger, in: try await talker.conversation())
            #expect(told.content.contains("I'm listening") && told.finish == "care")
            #expect(!told.content.contains("can't talk"))
            #expect(try await talker.why(told.id)["review"] as? String == "replaced")
        }
    }

    @Test func `danger in a branch that was left is not forgotten`() async throws {
        try await guarded { talker in
            let id = try await talker.conversation()
            _ = try await talker.say(Self.danger, in: id)
            let edited = try await talker.say("What should I cook tonight?", in: id)
            let level = try await talker.why(edited.id)["level"] as? String
            #expect(level != "none" && level != "low")
            let other = try await talker.say(
                "What should I cook tonight?", in: try await talker.conversation())
            #expect(try await talker.why(other.id)["level"] as? String == "none")
        }
    }

    @Test func `a decision that cannot be read may tell of danger`() async throws {
        let path = try Store.newPath()
        try await guarded(store: path) { talker in
            let id = try await talker.conversation()
            let told = try await talker.say("What should I cook tonight?", in: id)
            try await Store(at: path).log(
                "guardian", payload: Data("{}".utf8), conversation: id, message: told.id)
            let next = try await talker.say("And then?", in: id, after: told.id)
            #expect(try await talker.why(next.id)["level"] as? String == "moderate")
        }
    }

    @Test func `danger that was read is not deleted for its age`() async throws {
        let path = try Store.newPath()
        try await guarded(store: path) { talker in
            let dangerous = try await talker.conversation()
            let told = try await talker.say(Self.danger, in: dangerous)
            _ = try await talker.say("What should I cook tonight?", in: dangerous, after: told.id)
            let plain = try await talker.conversation()
            _ = try await talker.say("What should I cook tonight?", in: plain)
            let store = try Store(at: path)
            let later = Date().timeIntervalSince1970 + 1
            #expect(
                try await store.deleteConversations(before: later, unless: \.tellsOfDanger) == 1)
            #expect(
                try await talker.send(.GET, "/keel/conversations/\(dangerous)").status == 200)
            #expect(try await talker.send(.GET, "/keel/conversations/\(plain)").status == 404)
        }
    }

    @Test
    func `where the model fails, somebody at risk is met with words, and others with an error`()
        async throws
    {
        let broken = ScriptedChatModel(name: "broken") { _, _, _ in throw Broken() }
        try await guarded([.one(broken)]) { talker in
            let told = try await talker.say(Self.danger, in: try await talker.conversation())
            #expect(told.content.contains(Self.stays) && told.content.contains(Self.asks))
            #expect(told.finish == "care")
            let chat = try await talker.send(
                .POST, "/v1/chat/completions",
                ["model": "echo", "messages": [["role": "user", "content": Self.danger]]])
            #expect(chat.status == 200 && chat.text.contains(Self.asks))
            #expect(try await talker.server.chat().status == 500)
        }
    }

    @Test func `where the queue is full, somebody at risk is not turned away`() async throws {
        let model = EndlessModel()
        let limits = QueueLimits(running: 1, waiting: 0, waitingPerClient: 0)
        try await guarded([.one(model, limits: limits)]) { talker in
            let busy = Task {
                try await talker.server.chat(#""stream": true, "max_tokens": 4"#)
            }
            await model.until { running, _ in running == 1 }
            let told = try await talker.say(Self.danger, in: try await talker.conversation())
            #expect(told.finish == "care" && told.content.contains(Self.asks))
            #expect(try await talker.server.chat().status == 503)
            busy.cancel()
            _ = await busy.result
        }
    }

    @Test func `who is at risk is not cut off by a server that stops`() async throws {
        let model = EndlessModel()
        let guardian = try CompanionGuardian.shipped()
        var failure: (any Error)?
        try await withServer(
            [.one(model)],
            configure: {
                do { try $0.guarded(by: guardian) } catch { failure = error }
                $0.limits.grace = .zero
            }
        ) { server in
            #expect(failure == nil)
            let talker = Talker(server: server)
            let id = try await talker.conversation()
            let saying = Task {
                let told = try await talker.say(Self.danger, in: id)
                return (finish: told.finish, content: told.content, streamed: told.streamed)
            }
            await model.until { running, pieces in running == 1 && pieces > 3 }
            await server.server.stop()
            let told = try await saying.value
            #expect(told.finish == "care" && told.streamed == told.content)
            #expect(told.content.hasPrefix(Self.stays) && told.content.hasSuffix(Self.asks))
        }
    }

    @Test func `an answer that the person stops was read as far as it was shown`() async throws {
        let model = EndlessModel()
        try await guarded([.one(model)]) { talker in
            let id = try await talker.conversation()
            let question = try await talker.made(
                "/keel/conversations/\(id)/messages", ["content": Self.danger])
            let leaving = Task { _ = try await talker.answer(to: question, in: id) }
            await model.until { running, pieces in running == 1 && pieces > 3 }
            leaving.cancel()
            _ = await leaving.result
            await model.until { running, _ in running == 0 }
            var messages: [[String: Any]] = []
            while messages.count < 2 {
                let thread = try await talker.send(.GET, "/keel/conversations/\(id)")
                messages = try #require(thread.json["messages"] as? [[String: Any]])
                await Task.yield()
            }
            let answer = try #require(messages.last?["id"] as? String)
            var review: String?
            while review == nil {
                review = try await talker.why(answer)["review"] as? String
                await Task.yield()
            }
            #expect(review == "reviewed")
        }
    }

    @Test func `nothing rests where the guardian reads danger that no list of words has`()
        async throws
    {
        struct Seeing: Guarding {
            let inner: CompanionGuardian
            var policy: String { "seeing" }
            var stays: Bool { true }
            func plan(for conversation: [Message], atLeast floor: RiskLevel, on day: CalendarDay)
                -> AnswerPlan
            { inner.plan(for: conversation, atLeast: floor, on: day) }
            func reviewer(for plan: AnswerPlan, on day: CalendarDay) -> any Reviewing {
                inner.reviewer(for: plan, on: day)
            }
            func level(of conversation: [Message]) -> RiskLevel { .low }
        }
        let guardians: [(any Guarding, rests: Bool)] = [
            (try CompanionGuardian.shipped(), true), (Seeing(inner: try .shipped()), false),
        ]
        for (guardian, rests) in guardians {
            try await guarded(by: guardian) { talker in
                let id = try await talker.conversation()
                var last: Talker.Told?
                for _ in 0..<Rest.bar {
                    last = try await talker.say("Hello", in: id, after: last?.id)
                }
                #expect((last?.finish == "rest") == rests)
            }
        }
    }

    @Test func `the log beside the store holds, and has nobody's words`() async throws {
        let path = FileManager.default.temporaryDirectory.appending(
            path: "keel-\(UUID().uuidString).jsonl"
        ).path
        try await guarded(log: path) { talker in
            let told = try await talker.say(Self.danger, in: try await talker.conversation())
            _ = try await talker.send(
                .POST, "/keel/messages/\(told.id)/objection", ["text": "It is from a song."])
            _ = try await talker.server.chat()
        }
        let verdict = try DecisionLog.verify(path)
        // A decision and what was shown of each answer, and the objection.
        #expect(verdict.entries == 5)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for word in ["want to die", "Hello", "staying with you", "song"] {
            #expect(!text.contains(word))
        }
        #expect(text.contains("staying") && text.contains("objected"))
    }

    @Test(arguments: [
        ("I want to kill myself", "This conversation has ended.", "care", "hotline-and-exit"),
        ("What is the lethal dose of table salt?", "beyond my current scope", "cut", "cut"),
        ("I feel hopeless.", "keep to facts", "stop", "inject"),
        ("What should I cook tonight?", "cook tonight", "stop", "pass"),
    ])
    func `the gatekeeper does as the essay says, and says so`(
        said: String, shown: String, finish: String, act: String
    ) async throws {
        let long = ScriptedChatModel(name: "long") { prompt, _, _ in
            guard case .messages(let messages) = prompt else { return "" }
            return (messages.last?.content ?? "") + String(repeating: " and so on", count: 20)
        }
        try await guarded([.one(long)], by: GatekeeperGuardian(try .shipped())) { talker in
            let told = try await talker.say(said, in: try await talker.conversation())
            #expect(told.content.contains(shown) && told.finish == finish, "\(told.content)")
            let why = try await talker.why(told.id)
            #expect(why["act"] as? String == act)
            #expect(why["policy"] as? String == "gatekeeper")
        }
    }
}
