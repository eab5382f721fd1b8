import Foundation
import TestSupport
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// `keel serve` as a program, and what is read from its store.
@Suite struct ServeTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private struct Served {
        let program: Program
        let address: Address
    }

    /// Where a server listens.
    private struct Address: Sendable {
        let base: String

        func send(_ method: String, _ path: String, _ body: [String: Any]? = nil) async throws -> (
            status: Int, json: [String: Any], text: String
        ) {
            var request = URLRequest(url: try #require(URL(string: base + path)))
            request.httpMethod = method
            request.setValue("Bearer a-secret-token", forHTTPHeaderField: "Authorization")
            if let body {
                request.setValue("application/json", forHTTPHeaderField: "Content-Type")
                request.httpBody = try JSONSerialization.data(withJSONObject: body)
            }
            let (data, response) = try await URLSession.shared.data(for: request)
            let json = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
            return (
                (response as? HTTPURLResponse)?.statusCode ?? 0, json ?? [:],
                String(decoding: data, as: UTF8.self)
            )
        }

        /// The id of what was made, if it was acknowledged.
        func made(_ path: String, _ body: [String: Any]) async throws -> String {
            let answer = try await send("POST", path, body)
            try #require(answer.status == 201, "\(answer.text)")
            return try #require(answer.json["id"] as? String)
        }
    }

    private func serve(_ options: [String] = [], fileLimit: Int? = nil) async throws -> Served {
        let program = try await Program(
            ["serve", "--port", "0", "--name", "tiny", "--admin-token", "a-secret-token"]
                + TinyModel.options + options, in: scratch, fileLimit: fileLimit, limit: 600)
        let said = await program.errors(oncePresent: "/v1.\n")
        let address = said.firstMatch(of: /at (http:\/\/127\.0\.0\.1:\d+);/)?.1
        return Served(
            program: program, address: Address(base: String(try #require(address, "\(said)"))))
    }

    @Test func `it answers, keeps, is asked to stop, and its store is read by other commands`()
        async throws
    {
        let store = scratch.path("store.sqlite")
        let prompt = try scratch.write("Be odd.", to: "odd.txt")
        let served = try await serve(["--store", store, "--character", "odd=\(prompt)"])
        let chat = try await served.address.send(
            "POST", "/v1/chat/completions",
            [
                "model": "tiny", "max_tokens": 4, "seed": 1,
                "messages": [["role": "user", "content": "a"]],
            ])
        #expect(chat.status == 200, "\(chat.text)")
        let conversation = try await served.address.made("/keel/conversations", ["title": "Tea"])
        let question = try await served.address.made(
            "/keel/conversations/\(conversation)/messages", ["content": "What is tea?"])
        var answers: [String] = []
        // The last one is the first once more.
        for seed in [1, 2, 1] {
            let stream = try await served.address.send(
                "POST", "/keel/conversations/\(conversation)/answers",
                ["parent": question, "model": "odd", "max_tokens": 5, "seed": seed])
            #expect(!stream.text.contains("Be odd."), "a character's prompt is told")
            let id = stream.text.firstMatch(of: /"id":"([^"]+)"/)?.1
            answers.append(String(try #require(id, "\(stream.text)")))
        }
        for (answer, rating) in zip(answers, [1, -1, -1]) {
            let rated = try await served.address.send(
                "PUT", "/keel/messages/\(answer)/feedback",
                ["rating": rating, "reason": "too odd"])
            #expect(rated.status == 200, "\(rated.text)")
        }
        let why = try await served.address.send("GET", "/keel/messages/\(answers[0])/why")
        #expect(why.text.contains("\"character\":true") && !why.text.contains("Be odd."))
        let data = try await served.address.send("GET", "/keel/data")
        let entry = try #require((data.json["conversations"] as? [[String: Any]])?.first)
        let kept = (entry["messages"] as? [[String: Any]] ?? [])
            .compactMap { ($0["details"] as? String).flatMap { Data(base64Encoded: $0) } }
            .map { String(decoding: $0, as: UTF8.self) }
        #expect(kept.count == 3)
        #expect(kept.allSatisfy { $0.contains("\"character\":true") && !$0.contains("Be odd.") })
        let port = try #require(served.address.base.split(separator: ":").last)
        let second = try await Program.run(
            ["serve", "--port", String(port)] + TinyModel.options, in: scratch,
            waitsForRoom: false)
        #expect(second.status == 1)
        #expect(
            second.errors.contains("cannot listen on 127.0.0.1:\(port): Address already in use"))
        served.program.signal(SIGTERM)
        let outcome = try await served.program.outcome()
        expectSuccess(outcome)
        #expect(outcome.errors.hasSuffix("Stopped.\n"))
        #expect(!outcome.errors.contains("secret") && !outcome.errors.contains("tea"))

        let list = try await Program.run(["feedback", "list", store], in: scratch)
        expectSuccess(list)
        #expect(list.output.contains("too odd") && list.output.contains("What is tea?"))
        let pairs = scratch.path("pairs.jsonl")
        let written = try await Program.run(
            ["feedback", "pairs", store, "--out", pairs], in: scratch)
        expectSuccess(written)
        #expect(written.errors.contains("1 pairs in "))
        #expect(written.errors.contains("both texts are equal: 1."))
        #expect(
            try String(contentsOfFile: pairs, encoding: .utf8)
                .contains(#"{"content":"Be odd.","role":"system"}"#))
        expectSuccess(try await Program.run(["data", "check", pairs], in: scratch))
        let drafts = scratch.path("drafts.yaml")
        expectSuccess(
            try await Program.run(["feedback", "probes", store, "--out", drafts], in: scratch))
        #expect(try String(contentsOfFile: drafts, encoding: .utf8).contains("What is tea?"))
        let again = try await Program.run(
            ["feedback", "probes", store, "--out", drafts], in: scratch)
        expectRefusal(again, "exists already")
        let early = try await Program.run(
            ["feedback", "rate", store, "--since", "2020-01-01"], in: scratch)
        #expect(early.status == 64 && early.errors.contains("0 answers before"))
        let copy = scratch.path("copy.sqlite")
        expectSuccess(try await Program.run(["store", "backup", store, copy], in: scratch))
        let check = try await Program.run(["store", "check", copy], in: scratch)
        expectSuccess(check)
        #expect(check.output.contains("is whole"))
    }

    @Test func `answers are read along a direction, and an admin pushes along it`() async throws {
        let questions = try scratch.write(
            (0..<8).map { "{\"id\": \"\($0)\", \"domain\": \"d\", \"prompt\": \"\($0)?\"}\n" }
                .joined(),
            to: "questions.jsonl")
        let file = scratch.path("kind.gguf")
        expectSuccess(
            try await Program.run(
                [
                    "direction", "find", "--trait", "is kind", "--questions", questions,
                    "--max-tokens", "4", "--out", file,
                ] + TinyModel.options, in: scratch))
        let served = try await serve(["--direction", "kindness=\(file)@1"])
        let chat = try await served.address.send(
            "POST", "/v1/chat/completions",
            [
                "model": "tiny", "max_tokens": 4, "seed": 1,
                "messages": [["role": "user", "content": "a"]],
                "keel": ["steer": ["kindness": 0.5]],
            ])
        #expect(chat.status == 200, "\(chat.text)")
        let keel = try #require(chat.json["keel"] as? [String: Any], "\(chat.text)")
        #expect(keel["steer"] as? [String: Double] == ["kindness": 0.5])
        let note = try #require((keel["notes"] as? [[String: Any]])?.first)
        let meter = try #require((note["meters"] as? [[String: Any]])?.first)
        #expect(meter["name"] as? String == "kindness")
        #expect((meter["tokens"] as? [Double])?.count == (note["pieces"] as? [String])?.count)
        served.program.signal(SIGTERM)
        expectSuccess(try await served.program.outcome())
    }

    /// What a client was told is kept.
    private enum Kept: Sendable {
        case message(String)
        case rating(of: String)
    }

    /// Asks, has answered and rates, again and again, until the server is gone.
    private static func talk(
        _ address: Address, in conversation: String, _ tell: AsyncStream<Kept>.Continuation
    ) async {
        let messages = "/keel/conversations/\(conversation)/messages"
        while let question = try? await address.made(messages, ["content": "hello"]) {
            tell.yield(.message(question))
            let stream = try? await address.send(
                "POST", "/keel/conversations/\(conversation)/answers",
                ["parent": question, "model": "tiny", "max_tokens": 2])
            guard let answer = stream?.text.firstMatch(of: /"id":"([^"]+)"/)?.1 else { continue }
            tell.yield(.message(String(answer)))
            let rated = try? await address.send(
                "PUT", "/keel/messages/\(answer)/feedback", ["rating": 1, "reason": "good"])
            if rated?.status == 200 { tell.yield(.rating(of: String(answer))) }
        }
    }

    @Test func `killed twenty times under load, it has kept all that it acknowledged`()
        async throws
    {
        let store = scratch.path("store.sqlite")
        var messages: [String: Set<String>] = [:]
        var ratings: [String: Set<String>] = [:]
        for _ in 0..<20 {
            let served = try await serve(["--store", store])
            let conversation = try await served.address.made(
                "/keel/conversations", ["title": "Kill"])
            let address = served.address
            let (kept, tell) = AsyncStream.makeStream(of: Kept.self)
            let clients = Task {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 {
                        group.addTask { await Self.talk(address, in: conversation, tell) }
                    }
                }
                tell.finish()
            }
            // The kill comes while other messages, answers and ratings are under way.
            for await one in kept {
                switch one {
                case .message(let id): messages[conversation, default: []].insert(id)
                case .rating(let id): ratings[conversation, default: []].insert(id)
                }
                if messages[conversation]?.count ?? 0 >= 12, ratings[conversation] != nil {
                    served.program.signal(SIGKILL)
                }
            }
            await clients.value
            #expect(try await served.program.outcome().signal == SIGKILL)
        }
        #expect(messages.count == 20 && ratings.count == 20)
        let served = try await serve(["--store", store])
        for (conversation, ids) in messages {
            let thread = try await served.address.send("GET", "/keel/conversations/\(conversation)")
            let found = thread.json["messages"] as? [[String: Any]] ?? []
            let lost = ids.subtracting(found.compactMap { $0["id"] as? String })
            #expect(lost.isEmpty)
            let rated = found.filter {
                $0["rating"] as? Int == 1 && $0["reason"] as? String == "good"
            }
            let unrated = ratings[conversation, default: []].subtracting(
                rated.compactMap { $0["id"] as? String })
            #expect(unrated.isEmpty)
        }
        served.program.signal(SIGTERM)
        expectSuccess(try await served.program.outcome())
        expectSuccess(try await Program.run(["store", "check", store], in: scratch))
    }

    @Test func `on a full disk it says that nothing was kept, and goes on answering`() async throws
    {
        let store = scratch.path("store.sqlite")
        let served = try await serve(["--store", store], fileLimit: 1 << 20)
        let conversation = try await served.address.made("/keel/conversations", ["title": "Full"])
        var kept: Set<String> = []
        var refusal: (status: Int, json: [String: Any], text: String)?
        for _ in 0..<60 where refusal == nil {
            let answer = try await served.address.send(
                "POST", "/keel/conversations/\(conversation)/messages",
                ["content": String(repeating: "long ", count: 19_000)])
            if let id = answer.json["id"] as? String, answer.status == 201 {
                kept.insert(id)
            } else {
                refusal = answer
            }
        }
        #expect(refusal?.status == 507, "\(refusal?.text ?? "it never came to that")")
        #expect(refusal?.text.contains("Nothing of it was kept") == true)
        #expect(!kept.isEmpty)
        let chat = try await served.address.send(
            "POST", "/v1/chat/completions",
            ["model": "tiny", "max_tokens": 2, "messages": [["role": "user", "content": "a"]]])
        #expect(chat.status == 200, "\(chat.text)")
        served.program.signal(SIGTERM)
        _ = try await served.program.outcome()

        // With room again, all that was acknowledged is there, and no more.
        let again = try await serve(["--store", store])
        let thread = try await again.address.send("GET", "/keel/conversations/\(conversation)")
        let found = (thread.json["messages"] as? [[String: Any]] ?? []).compactMap {
            $0["id"] as? String
        }
        #expect(Set(found) == kept)
        again.program.signal(SIGTERM)
        expectSuccess(try await again.program.outcome())
    }

    @Test func `what makes no sense is refused before a model is loaded or a port taken`()
        async throws
    {
        let cases: [([String], String)] = [
            (["--host", "0.0.0.0"], "give a token"),
            (["--token", "short"], "8 printable"),
            (["--port", "70000"], "from 0 to 65535"),
            (["--store", "/nowhere/at/all.sqlite"], "cannot be used"),
            (["--certificate", "a.pem", "--token", "long-enough"], "give both"),
            (["--certificate", "a.pem", "--key", "b.pem"], "a.pem"),
            (["--character", "pirate"], "NAME=FILE"),
            (["--character", "tiny=missing.txt"], "missing.txt"),
            (["--batch", "0"], "from 1"),
            (["--guardian-probe", "probe.json"], "needs --guardian companion"),
            (["--guardian", "companion", "--guardian-probe", "probe.json"], "probe.json"),
        ]
        for (options, part) in cases {
            let outcome = try await Program.run(
                ["serve", "--port", "0"] + TinyModel.options + options, in: scratch)
            #expect(outcome.status == 1 || outcome.status == 64, "\(options): \(outcome)")
            #expect(outcome.errors.contains(part), "\(options): \(outcome.errors)")
            #expect(!outcome.errors.contains("Serving"), "\(options)")
        }
    }
}
