import Foundation
import KeelLanguage
import KeelRemote
import Testing

/// Log-probabilities of a given text, where a server can give them.
struct ScoringTests {
    /// vLLM, with bytes for tokens, a template that adds one token before and one after, and
    /// -0.01 times its id for the log-probability of a token.
    private static func vLLM(
        _ request: ScriptedServer.Request, change: (inout [[String: Any]?]) -> Void = { _ in }
    ) -> [ScriptedServer.Action] {
        let fields = request.json
        switch request.path {
        case "/tokenize":
            let tokens: [Int]
            if let messages = fields["messages"] as? [[String: String]] {
                tokens =
                    [300] + messages.flatMap { ($0["content"] ?? "").utf8.map(Int.init) } + [301]
            } else {
                let text = (fields["prompt"] as? String ?? "").utf8.map(Int.init)
                tokens = (fields["add_special_tokens"] as? Bool == true ? [300] : []) + text
            }
            return [
                .json(
                    200, #"{"count": \#(tokens.count), "max_model_len": 512, "tokens": \#(tokens)}"#
                )
            ]
        case "/v1/completions":
            let prompt = fields["prompt"] as? [Int] ?? []
            var entries: [[String: Any]?] = prompt.enumerated().map { index, token in
                index == 0
                    ? nil
                    : [
                        "\(token)": ["logprob": -Double(token) / 100, "rank": 1],
                        "7": ["logprob": -0.5, "rank": 2],
                    ]
            }
            change(&entries)
            let values = entries.map { entry -> Any in entry ?? NSNull() }
            let body: [String: Any] = [
                "choices": [["text": "x", "prompt_logprobs": values] as [String: Any]],
                "usage": ["prompt_tokens": prompt.count, "completion_tokens": 1],
            ]
            return [.json(200, (try? JSONSerialization.data(withJSONObject: body)) ?? Data())]
        default: return [.json(404, "{}")]
        }
    }

    @Test(arguments: [Prompt.user("Hi"), .text("Hi")])
    func `vLLM scores a completion's own tokens`(prompt: Prompt) async throws {
        let remote = try await Remote.connect { _, request in Self.vLLM(request) }
        let score = try await remote.model.score("é!", after: prompt)
        #expect(score.tokens == [195, 169, 33] && score.logprobs == [-1.95, -1.69, -0.33])
        #expect(score.usage?.promptTokens == (prompt == .text("Hi") ? 6 : 7))
        #expect(remote.requests.map(\.path) == ["/tokenize", "/tokenize", "/v1/completions"])
        #expect(remote.requests[2].json["prompt_logprobs"] as? Int == 0)
    }

    @Test func `an empty completion has a score of nothing, and nothing is asked`() async throws {
        let remote = try await Remote.connect { _, _ in [] }
        let score = try await remote.model.score("", after: .user("Hi"))
        #expect(score.logprobs.isEmpty && score.usage == .zero && remote.requests.isEmpty)
    }

    @Test func `log-probabilities that are missing, too few or no numbers are errors`() async throws
    {
        let changes: [@Sendable (inout [[String: Any]?]) -> Void] = [
            { $0.removeLast() }, { $0[$0.count - 1] = nil },
            { $0[$0.count - 1] = ["5": ["logprob": -1]] },
            { $0[$0.count - 1] = ["33": ["logprob": -9999]] },
            { $0[$0.count - 1] = ["33": ["logprob": 0.5]] },
        ]
        for change in changes {
            let remote = try await Remote.connect { _, request in
                Self.vLLM(request, change: change)
            }
            let error = await #expect(throws: RemoteError.self) {
                try await remote.model.score("!", after: .user("Hi"))
            }
            #expect(error?.kind == "malformed")
        }
    }

    @Test func `llama.cpp, which overlooks what it does not know, is found out once`() async throws
    {
        let remote = try await Remote.connect { _, request in
            switch request.path {
            case "/tokenize": [.json(200, #"{"tokens":[]}"#)]
            default:
                [
                    .json(
                        200,
                        #"{"choices": [{"text": " Paris", "logprobs": {"content": [{"id": 7042, "token": " Paris", "logprob": -0.25}]}, "finish_reason": "length"}]}"#
                    )
                ]
            }
        }
        for prompt in [Prompt.text("It is"), .user("Hi"), .text("It is"), .user("Hi")] {
            let error = await #expect(throws: RemoteError.self) {
                try await remote.model.score(" Rome", after: prompt)
            }
            #expect(error?.kind == "unusable" && error?.isLasting == false)
            #expect(error?.description.contains("vLLM") == true)
        }
        #expect(remote.requests.map(\.path) == ["/tokenize", "/v1/completions"])
    }

    @Test func `many who ask at once find out once`() async throws {
        let remote = try await Remote.connect { _, _ in [.json(404, "{}")] }
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    (try? await remote.model.score("\(number)", after: .user("Hi"))) == nil
                }
            }
            for await failed in group { #expect(failed) }
        }
        #expect(remote.requests.count == 1)
    }

    @Test func `a passing failure is not taken for inability`() async throws {
        let remote = try await Remote.connect(retries: 0) { number, request in
            number == 0 ? [.json(503, "busy")] : Self.vLLM(request)
        }
        await #expect(throws: RemoteError.self) {
            try await remote.model.score("!", after: .user("Hi"))
        }
        #expect(try await remote.model.score("!", after: .user("Hi")).logprobs == [-0.33])
    }

    @Test func `echoed log-probabilities score raw text`() async throws {
        let remote = try await Remote.connect { _, request in
            request.path == "/tokenize"
                ? [.json(404, "{}")]
                : [
                    .json(
                        200,
                        """
                        {"choices": [{"text": "It is é Rome.", "finish_reason": "length", "logprobs":
                        {"tokens": ["It", " is", " é", " Rome", "."], "text_offset": [0, 2, 5, 7, 12],
                        "token_logprobs": [null, -1, -2, -3, -4]}}],
                        "usage": {"prompt_tokens": 4, "completion_tokens": 1}}
                        """)
                ]
        }
        let score = try await remote.model.score(" é Rome", after: .text("It is"))
        #expect(score.tokens.isEmpty && score.logprobs == [-2, -3])
        #expect(score.usage == TokenUsage(promptTokens: 4, completionTokens: 1))
        let fields = remote.requests[1].json
        #expect(fields["echo"] as? Bool == true && fields["prompt"] as? String == "It is é Rome")
        // A conversation can't be scored so, whatever is known of text.
        await #expect(throws: RemoteError.self) {
            try await remote.model.score(" Rome", after: .user("Hi"))
        }
        // Where a token reaches over the seam, there is no score.
        let error = await #expect(throws: RemoteError.self) {
            try await remote.model.score("s é Rome", after: .text("It i"))
        }
        #expect(error?.kind == "malformed")
    }
}
