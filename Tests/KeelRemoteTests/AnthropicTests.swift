import Foundation
import KeelLanguage
import KeelRemote
import Testing

/// Anthropic's Messages API.
struct AnthropicTests {
    private func connect(_ script: @escaping ScriptedServer.Script) async throws -> Remote {
        try await Remote.connect(prefix: "anthropic:", key: "k", script)
    }

    @Test func `a conversation is sent as the API has it`() async throws {
        let remote = try await connect { _, _ in [.json(200, anthropicAnswer)] }
        let prompt = Prompt.messages([
            .system("Be kind."), .system("Be brief."), .user("A"), .assistant("B"), .user("C"),
        ])
        let completion = try await remote.model.complete(
            prompt, options: SamplingOptions(temperature: 0.5, maxTokens: 9, stop: ["X"]))
        #expect(completion.text == "Hi." && completion.finish == .stop)
        #expect(completion.usage == TokenUsage(promptTokens: 9, completionTokens: 4))
        let request = try #require(remote.requests.first)
        #expect(request.path == "/v1/messages")
        #expect(request.headers["x-api-key"] == "k" && request.headers["authorization"] == nil)
        #expect(request.headers["anthropic-version"] == "2023-06-01")
        let fields = request.json
        #expect(
            fields.keys.sorted() == [
                "max_tokens", "messages", "model", "stop_sequences", "system", "temperature",
            ])
        #expect(fields["system"] as? String == "Be kind.\n\nBe brief.")
        #expect(
            (fields["messages"] as? [[String: String]])?.map { $0["content"] } == ["A", "B", "C"])
        #expect(remote.model.facts["api"] == "anthropic")
        #expect(remote.model.facts["server model"] == "claude-m-1")
    }

    @Test(arguments: ["refusal", "pause_turn", "tool_use"])
    func `an answer that was stopped for another reason is an error`(ending: String) async throws {
        let remote = try await connect { _, _ in
            [.json(200, anthropicAnswer.replacingOccurrences(of: "end_turn", with: ending))]
        }
        let error = await #expect(throws: RemoteError.self) { try await remote.complete() }
        #expect(error?.reason == .withheld(ending))
    }

    @Test(arguments: [
        Prompt.text("Once"), .messages([.user("A"), .assistant("B")]), .messages([.system("A")]),
        .messages([.user("A"), .system("B"), .user("C")]),
        .messages([.user("A"), .init(role: .tool, content: "B"), .user("C")]),
    ])
    func `what the API does not know is refused before anything is sent`(prompt: Prompt)
        async throws
    {
        let remote = try await connect { _, _ in [.json(200, anthropicAnswer)] }
        let error = await #expect(throws: RemoteError.self) {
            try await remote.model.complete(prompt)
        }
        #expect(error?.kind == "unusable" && remote.requests.isEmpty)
    }

    @Test func `a score is refused without asking`() async throws {
        let remote = try await connect { _, _ in [.json(200, anthropicAnswer)] }
        let error = await #expect(throws: RemoteError.self) {
            try await remote.model.score("B", after: .user("A"))
        }
        #expect(error?.kind == "unusable" && error?.isLasting == false && remote.requests.isEmpty)
    }

    private static let events = """
        event: message_start
        data: {"type": "message_start", "message": {"id": "x", "content": [], "model": "claude-m-1", "usage": {"input_tokens": 9, "cache_read_input_tokens": 30, "output_tokens": 1}}}

        event: content_block_start
        data: {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}

        event: ping
        data: {"type": "ping"}

        event: content_block_delta
        data: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}}

        event: content_block_delta
        data: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lo"}}


        """

    private static let end = """
        event: message_delta
        data: {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 12}}

        event: message_stop
        data: {"type": "message_stop"}


        """

    @Test func `a stream is read to its last event`() async throws {
        let remote = try await connect { _, _ in .events(Self.events + Self.end) }
        let (texts, completion, error) = await remote.stream()
        #expect(texts == ["Hel", "lo"] && error == nil)
        #expect(completion?.text == "Hello" && completion?.finish == .length)
        #expect(completion?.usage == TokenUsage(promptTokens: 39, completionTokens: 12))
    }

    @Test func `a stream without its last event is an error`() async throws {
        let remote = try await connect { _, _ in .events(Self.events) }
        let (texts, completion, error) = await remote.stream()
        #expect(texts == ["Hel", "lo"] && completion == nil)
        #expect((error as? RemoteError)?.kind == "dropped")
    }

    @Test func `an error event is an error`() async throws {
        let remote = try await connect { _, _ in
            .events(
                Self.events
                    + #"data: {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}"#
                    + "\n\n")
        }
        let error = try #require(await remote.stream().error)
        #expect("\(error)".contains("Overloaded"))
    }
}
