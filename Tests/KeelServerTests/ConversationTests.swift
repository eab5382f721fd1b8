import Foundation
import KeelLanguage
import KeelServer
import KeelStore
import NIOHTTP1
import Testing

/// Conversations of the page, from the first word to their deletion.
@Suite struct ConversationTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "keel-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Two people and a store.
    private func configure(_ configuration: inout ServerConfiguration) throws {
        configuration.store = try Store(at: folder.appending(path: "store.sqlite").path)
        try configuration.access.add("token-of-ann", name: "ann", role: .user)
        try configuration.access.add("token-of-bob", name: "bob", role: .user)
    }

    private struct Person {
        let server: TestServer
        let name: String

        func get(_ path: String) async throws -> TestServer.Answer {
            try await server.send(.GET, path, headers: headers)
        }

        func delete(_ path: String) async throws -> TestServer.Answer {
            try await server.send(.DELETE, path, headers: headers)
        }

        func post(_ path: String, _ body: [String: Any]) async throws -> TestServer.Answer {
            let data = try JSONSerialization.data(withJSONObject: body)
            return try await server.send(
                .POST, path, String(decoding: data, as: UTF8.self), headers: headers)
        }

        func rate(_ message: String, _ body: String) async throws -> TestServer.Answer {
            try await server.send(
                .PUT, "/keel/messages/\(message)/feedback", body, headers: headers)
        }

        /// The id of what was made.
        func made(_ path: String, _ body: [String: Any]) async throws -> String {
            let answer = try await post(path, body)
            try #require(answer.status == 201, "\(answer.text)")
            return try #require(answer.json["id"] as? String)
        }

        /// A question in a conversation, and the message that answered it.
        func ask(_ text: String, in conversation: String, after parent: String? = nil) async throws
            -> (question: String, answer: [String: Any])
        {
            var body: [String: Any] = ["content": text]
            body["parent"] = parent
            let question = try await made("/keel/conversations/\(conversation)/messages", body)
            let answer = try await post(
                "/keel/conversations/\(conversation)/answers",
                ["parent": question, "model": "echo", "system": "S", "seed": 7])
            let last = try #require(answer.eventObjects.last, "\(answer.text)")
            try #require(last["type"] as? String == "answer", "\(answer.text)")
            return (question, try #require(last["message"] as? [String: Any]))
        }

        private var headers: [(String, String)] { [("authorization", "Bearer token-of-\(name)")] }
    }

    @Test func `a conversation is kept, rated, explained, exported and forgotten`() async throws {
        var failure: (any Error)?
        try await withServer(configure: { do { try configure(&$0) } catch { failure = error } }) {
            server in
            #expect(failure == nil)
            let ann = Person(server: server, name: "ann"), bob = Person(server: server, name: "bob")
            let id = try await ann.made("/keel/conversations", ["title": "Tea"])
            let (question, answer) = try await ann.ask("Hello", in: id)
            #expect(answer["content"] as? String == "system: S\nuser: Hello")
            let message = try #require(answer["id"] as? String)
            let (_, next) = try await ann.ask("More", in: id, after: message)
            #expect((next["content"] as? String)?.hasSuffix("user: More") == true)
            #expect((next["content"] as? String)?.contains("assistant: system: S") == true)

            #expect(try await ann.rate(message, #"{"rating": -1, "reason": "dull"}"#).status == 200)
            let why = try await ann.get("/keel/messages/\(message)/why")
            let details = try #require(why.json["details"] as? [String: Any])
            #expect(details["answered_by"] as? String == "echo-engine")
            #expect(details["seed"] as? String == "7" && details["system"] as? String == "S")

            let thread = try await ann.get("/keel/conversations/\(id)")
            let messages = try #require(thread.json["messages"] as? [[String: Any]])
            #expect(messages.count == 4 && messages[1]["reason"] as? String == "dull")

            // Bob finds nothing of it, whatever he tries.
            for path in ["/keel/conversations/\(id)", "/keel/messages/\(message)/why"] {
                #expect(try await bob.get(path).status == 404)
            }
            #expect(try await bob.rate(message, #"{"rating": 1}"#).status == 404)
            #expect(try await bob.delete("/keel/conversations/\(id)").status == 404)
            let stolen = try await bob.post(
                "/keel/conversations/\(id)/answers", ["parent": question, "model": "echo"])
            #expect(stolen.status == 404)
            #expect(try await bob.get("/keel/data").text.contains("Tea") == false)

            #expect(try await ann.get("/keel/data").text.contains("dull"))
            #expect(try await ann.delete("/keel/data").json["deleted"] as? Int == 1)
            #expect(try await ann.get("/keel/data").text.contains("Tea") == false)
            #expect(try await ann.get("/keel/conversations/\(id)").status == 404)
        }
    }

    @Test func `an answer that is stopped is kept as far as it came`() async throws {
        let model = EndlessModel()
        var failure: (any Error)?
        try await withServer(
            [.one(model)], configure: { do { try configure(&$0) } catch { failure = error } }
        ) { server in
            #expect(failure == nil)
            let ann = Person(server: server, name: "ann"), bob = Person(server: server, name: "bob")
            let id = try await ann.made("/keel/conversations", ["title": "Tea"])
            let question = try await ann.made(
                "/keel/conversations/\(id)/messages", ["content": "Hello"])
            let body = #"{"parent": "\#(question)", "model": "echo"}"#
            let client = try RawClient(port: server.port)
            await client.send(
                Array(
                    "POST /keel/conversations/\(id)/answers HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer token-of-ann\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                        .utf8))
            let begun = await client.receive(until: "word ")
            let stop = try #require(begun.firstMatch(of: /"stop":"([^"]+)"/)?.1)
            #expect(try await bob.delete("/keel/answers/\(stop)").json["stopped"] as? Bool == false)
            #expect(model.running == 1)
            #expect(try await ann.delete("/keel/answers/\(stop)").json["stopped"] as? Bool == true)
            let rest = await client.receive()
            #expect(rest.contains("\"finish\":\"cancelled\""))
            await model.until { running, _ in running == 0 }
            let messages = try await ann.get("/keel/conversations/\(id)").json["messages"]
            let kept = try #require((messages as? [[String: Any]])?.last)
            #expect(kept["finish"] as? String == "cancelled")
            #expect((kept["content"] as? String)?.hasPrefix("word ") == true)
        }
    }

    @Test func `an answer whose reader has left is kept as cancelled, and is no fault`()
        async throws
    {
        let model = EndlessModel()
        var failure: (any Error)?
        try await withServer(
            [.one(model)], configure: { do { try configure(&$0) } catch { failure = error } }
        ) { server in
            #expect(failure == nil)
            let ann = Person(server: server, name: "ann")
            let id = try await ann.made("/keel/conversations", ["title": "Tea"])
            let question = try await ann.made(
                "/keel/conversations/\(id)/messages", ["content": "Hello"])
            let body = #"{"parent": "\#(question)", "model": "echo"}"#
            let client = try RawClient(port: server.port)
            await client.send(
                Array(
                    "POST /keel/conversations/\(id)/answers HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer token-of-ann\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                        .utf8))
            _ = await client.receive(until: "word ")
            client.hangUp()
            var messages: [[String: Any]] = []
            while messages.count < 2 {
                let thread = try await ann.get("/keel/conversations/\(id)").json
                messages = try #require(thread["messages"] as? [[String: Any]])
            }
            #expect(messages.last?["finish"] as? String == "cancelled")
            let metrics = try await ann.get("/metrics").text
            #expect(metrics.contains("end=\"cancelled\"") && !metrics.contains("end=\"error\""))
        }
    }

    @Test func `a loop rests, says so, and a word resumes it`() async throws {
        var failure: (any Error)?
        try await withServer(configure: { do { try configure(&$0) } catch { failure = error } }) {
            server in
            #expect(failure == nil)
            let ann = Person(server: server, name: "ann")
            let id = try await ann.made("/keel/conversations", ["title": "Loop"])
            var parent: String?
            for number in 1...Rest.bar + 1 {
                let (_, answer) = try await ann.ask("Ping!", in: id, after: parent)
                parent = answer["id"] as? String
                #expect((answer["finish"] as? String == "rest") == (number >= Rest.bar))
            }
            let why = try await ann.get("/keel/messages/\(parent ?? "")/why")
            let decisions = try #require(why.json["decisions"] as? [[String: Any]])
            #expect(decisions.map { $0["kind"] as? String } == ["rest", "rest"])
            let (_, answer) = try await ann.ask("word", in: id, after: parent)
            #expect(answer["finish"] as? String != "rest")
        }
    }

    @Test func `a loop is answered on where a reader sees a risk, also in a branch that was left`()
        async throws
    {
        var failure: (any Error)?
        try await withServer(configure: {
            do { try configure(&$0) } catch { failure = error }
            $0.mayBeAtRisk = { $0.contains { $0.role == .user && $0.content == "Odd." } }
        }) { server in
            #expect(failure == nil)
            let ann = Person(server: server, name: "ann")
            for (aside, rests) in [("Even.", true), ("Odd.", false)] {
                let id = try await ann.made("/keel/conversations", ["title": "Loop"])
                _ = try await ann.ask(aside, in: id)
                var parent: String?
                for number in 1...Rest.bar {
                    let (_, answer) = try await ann.ask("Ping!", in: id, after: parent)
                    parent = answer["id"] as? String
                    let isResting = answer["finish"] as? String == "rest"
                    #expect(isResting == (rests && number == Rest.bar), "\(aside) \(number)")
                }
            }
        }
    }
}
