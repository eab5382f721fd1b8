import Foundation
import KeelLanguage
import KeelServer
import NIOHTTP1
import Testing

/// Answers in OpenAI's form.
@Suite struct CompletionTests {
    @Test func `a stream says what the whole answer says`() async throws {
        try await withServer { server in
            let whole = try await server.chat("\"n\": 2, \"seed\": 3")
            #expect(whole.status == 200)
            let choices = whole.json["choices"] as? [[String: Any]] ?? []
            let texts = choices.map { ($0["message"] as? [String: Any])?["content"] as? String }
            #expect(texts == ["user: Hello, 世界!", "user: Hello, 世界! #1"])
            #expect(choices.map { $0["finish_reason"] as? String } == ["stop", "stop"])
            #expect(whole.json["object"] as? String == "chat.completion")

            let stream = try await server.chat(
                "\"n\": 2, \"seed\": 3, \"stream\": true, \"stream_options\": {\"include_usage\": true}"
            )
            #expect(stream.headers["content-type"] == ["text/event-stream; charset=utf-8"])
            #expect(stream.events.last == "[DONE]")
            let events = stream.eventObjects
            #expect(Set(events.map { $0["id"] as? String }).count == 1)
            var joined = ["", ""]
            var ends: [Int: String] = [:]
            for choice in events.flatMap({ $0["choices"] as? [[String: Any]] ?? [] }) {
                let index = choice["index"] as? Int ?? -1
                let delta = choice["delta"] as? [String: Any] ?? [:]
                #expect(ends[index] == nil, "a piece after the end")
                joined[index] += delta["content"] as? String ?? ""
                ends[index] = choice["finish_reason"] as? String
            }
            #expect(joined.map(Optional.some) == texts && ends == [0: "stop", 1: "stop"])
            let usage = try #require(events.last?["usage"] as? [String: Int])
            #expect(usage == whole.json["usage"] as? [String: Int])
            #expect(usage["total_tokens"] == 14 + 20 + 23)
        }
    }

    @Test func `log-probabilities stand beside each token, in both forms`() async throws {
        try await withServer { server in
            let chat = try await server.chat(
                "\"logprobs\": true, \"top_logprobs\": 1, \"max_tokens\": 4")
            let choice = try #require((chat.json["choices"] as? [[String: Any]])?.first)
            #expect(choice["finish_reason"] as? String == "length")
            let content = try #require(
                (choice["logprobs"] as? [String: Any])?["content"] as? [[String: Any]])
            #expect(content.map { $0["token"] as? String } == ["u", "s", "e", "r"])
            #expect(content.first?["bytes"] as? [Int] == [117])
            #expect((content.first?["top_logprobs"] as? [[String: Any]])?.count == 1)

            let text = try await server.send(
                .POST, "/v1/completions",
                #"{"model": "echo", "prompt": "abc", "logprobs": 1}"#)
            let plain = try #require((text.json["choices"] as? [[String: Any]])?.first)
            #expect(plain["text"] as? String == "abc")
            let logprobs = try #require(plain["logprobs"] as? [String: Any])
            #expect(logprobs["tokens"] as? [String] == ["a", "b", "c"])
            #expect(logprobs["text_offset"] as? [Int] == [0, 1, 2])
        }
    }

    @Test(arguments: [
        (#""temperature": 2.5"#, "temperature"), (#""temperature": -1"#, "temperature"),
        (#""temperature": "hot""#, "temperature"), (#""temperature": 1e999"#, "temperature"),
        (#""top_p": 0"#, "top_p"),
        (#""n": 0"#, "n"), (#""n": 17"#, "n"), (#""n": 9223372036854775807"#, "n"),
        (#""n": 1.5"#, "n"), (#""max_tokens": 0"#, "max_tokens"),
        (#""max_tokens": -9223372036854775808"#, "max_tokens"),
        (#""max_completion_tokens": 0"#, "max_completion_tokens"),
        (#""seed": 99999999999999999999999999"#, "seed"), (#""seed": "a""#, "seed"),
        (#""stop": """#, "stop"), (#""stop": [""]"#, "stop"), (#""stop": 5"#, "stop"),
        (#""top_logprobs": 3"#, "top_logprobs"),
        (#""logprobs": true, "top_logprobs": 21"#, "top_logprobs"),
        (#""presence_penalty": 1"#, "presence_penalty"),
        (#""logit_bias": {"5": 1}"#, "logit_bias"),
        (#""tools": [{"type": "function"}]"#, "tools"),
        (#""response_format": {"type": "json_schema", "json_schema": {}}"#, "response_format"),
        (#""keel": {"steering": {}}"#, "keel.steering"),
        (#""repetition_penalty": 0"#, "repetition_penalty"), (#""top_k": 0"#, "top_k"),
    ])
    func `a field that is out of bounds, or not offered, is refused by name`(
        field: String, param: String
    ) async throws {
        try await withServer { server in
            let answer = try await server.chat(field)
            #expect(answer.status == 400, "\(answer.text)")
            #expect(answer.error["param"] as? String == param, "\(answer.text)")
            #expect(answer.error["type"] as? String == "invalid_request_error")
            #expect((answer.error["message"] as? String)?.isEmpty == false)
        }
    }

    @Test(arguments: [
        #""temperature": 0"#, #""temperature": 2"#, #""max_tokens": 9223372036854775807"#,
        #""seed": -9223372036854775808"#, #""stop": null"#, #""stop": ["a", "b"]"#,
        #""presence_penalty": 0, "frequency_penalty": 0.0"#, #""tools": []"#,
        #""response_format": {"type": "text"}"#, #""user": "x", "store": false, "metadata": {}"#,
        #""top_k": 5, "min_p": 0.1, "repetition_penalty": 1.1"#, #""keel": {}"#,
    ])
    func `what is at a bound, neutral or unknown is taken`(field: String) async throws {
        try await withServer { server in
            let answer = try await server.chat(field)
            #expect(answer.status == 200, "\(answer.text)")
        }
    }

    @Test func `parts of a message are joined, and a developer is the system`() async throws {
        try await withServer([.echo("pirate", system: "Be a pirate.")]) { server in
            let answer = try await server.send(
                .POST, "/v1/chat/completions",
                """
                {"model": "pirate", "messages": [{"role": "developer", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]}
                """)
            let choice = (answer.json["choices"] as? [[String: Any]])?.first
            let message = choice?["message"] as? [String: Any]
            #expect(message?["content"] as? String == "system: Be a pirate.\n\nBe brief.\nuser: ab")
        }
    }

    @Test func `a model that is not there is named, with those that are`() async throws {
        try await withServer([.echo("a"), .echo("b")]) { server in
            let answer = try await server.chat(to: "c")
            #expect(answer.status == 404 && answer.error["code"] as? String == "model_not_found")
            #expect((answer.error["message"] as? String)?.contains("a, b") == true)
            let list = try await server.send(.GET, "/v1/models")
            let ids = (list.json["data"] as? [[String: Any]])?.map { $0["id"] as? String }
            #expect(ids == ["a", "b"])
            #expect(try await server.send(.GET, "/v1/models/b").json["id"] as? String == "b")
            #expect(try await server.send(.GET, "/v1/models/c").status == 404)
        }
    }

    @Test func `where one engine fails the next answers, and the answer says so`() async throws {
        struct Down: Error {}
        let down = ScriptedChatModel(name: "down") { _, _, _ in throw Down() }
        let model = ServedModel(
            id: "echo", engines: [.init(down), .init(ScriptedChatModel.echo)])
        try await withServer([model]) { server in
            for isStream in [false, true] {
                let answer = try await server.chat("\"stream\": \(isStream)")
                let object = isStream ? answer.eventObjects.first ?? [:] : answer.json
                let keel = try #require(object["keel"] as? [String: Any])
                #expect(keel["answered_by"] as? String == "echo-engine")
                #expect(keel["fallback"] as? Bool == true)
            }
        }
        try await withServer([.one(down)]) { server in
            let answer = try await server.chat()
            #expect(answer.status == 500)
            #expect(!answer.text.contains("Down"), "inner workings are told")
        }
    }

    @Test func `what is wrong with the question is told, and no other engine is asked`()
        async throws
    {
        let full = ScriptedChatModel(name: "full") { _, _, _ in
            throw LanguageError.tooLong(tokens: 9, limit: 8)
        }
        let model = ServedModel(
            id: "echo", engines: [.init(full), .init(ScriptedChatModel.echo)])
        try await withServer([model]) { server in
            for isStream in [false, true] {
                let answer = try await server.chat("\"stream\": \(isStream)")
                #expect(answer.status == 400)
                #expect(answer.error["code"] as? String == "context_length_exceeded")
            }
        }
    }

    @Test func `watchers speak beside the answer`() async throws {
        struct Counter: AnswerWatcher {
            func notes(on exchange: Exchange) async -> [AnswerNote] {
                [AnswerNote(by: "counter", text: "\(exchange.completion.text.count) characters")]
            }
        }
        try await withServer(configure: { $0.watchers = [Counter()] }) { server in
            let answer = try await server.chat()
            let keel = try #require(answer.json["keel"] as? [String: Any])
            let notes = try #require(keel["notes"] as? [[String: Any]])
            #expect(notes.map { $0["text"] as? String } == ["16 characters"])
        }
    }
}
