import KeelLanguage
import KeelRemote
import Testing

/// Answers that come in pieces.
struct StreamTests {
    private static func piece(_ text: String, finish: String = "null") -> String {
        #"data: {"choices": [{"delta": {"content": "\#(text)"}, "finish_reason": \#(finish)}]}"#
            + "\n\n"
    }

    @Test func `pieces, the whole and what it took`() async throws {
        let usage = #"data: {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}"#
        let remote = try await Remote.connect { _, _ in
            .events(
                ": a comment\n\n" + Self.piece("He") + Self.piece("llo", finish: "\"length\"")
                    + usage
                    + "\n\ndata: [DONE]\n\n")
        }
        let (texts, completion, error) = await remote.stream()
        #expect(texts == ["He", "llo"] && error == nil)
        #expect(completion?.text == "Hello" && completion?.finish == .length)
        #expect(completion?.usage == TokenUsage(promptTokens: 5, completionTokens: 2))
        let request = try #require(remote.requests.first?.json)
        #expect(request["stream"] as? Bool == true)
        #expect(request["stream_options"] as? [String: Bool] == ["include_usage": true])
    }

    @Test func `samples come side by side, with log-probabilities where they are asked for`()
        async throws
    {
        let logprobs = #"""
            {"content": [{"token": "He", "logprob": -0.5, "bytes": [72, 101], \#
            "top_logprobs": [{"token": "He", "logprob": -0.5, "bytes": null}]}]}
            """#
        let remote = try await Remote.connect { _, _ in
            .events(
                #"data: {"choices": [{"delta": {"content": "He"}, "finish_reason": "stop", "logprobs": "#
                    + logprobs + "}]}\n\ndata: [DONE]\n\n")
        }
        var tokens: [Int: [TokenLogprobs]] = [:]
        var finished: Set<Int> = []
        let events = remote.model.stream(
            .user("Hello"), samples: 2..<4, options: .init(), logprobs: 1)
        for try await event in events {
            switch event {
            case .piece(let sample, let text, let new):
                #expect(text == "He")
                tokens[sample, default: []] += new
            case .finished(let sample, let completion):
                #expect(completion.text == "He")
                finished.insert(sample)
            }
        }
        let he = TokenLogprobs.Candidate(bytes: [72, 101], logprob: -0.5)
        let expected = [TokenLogprobs(drawn: he, top: [he])]
        #expect(tokens == [2: expected, 3: expected] && finished == [2, 3])
        let asked = remote.requests.map(\.json)
        #expect(asked.allSatisfy { $0["logprobs"] as? Bool == true })
        #expect(asked.allSatisfy { $0["top_logprobs"] as? Int == 1 })
        #expect(Set(asked.map { $0["seed"] as? Int }).count == 2)
    }

    @Test func `a stream without the mark of its end is whole if the answer is`() async throws {
        let remote = try await Remote.connect { _, _ in
            .events(Self.piece("Hello", finish: "\"stop\""))
        }
        #expect(await remote.stream().completion?.text == "Hello")
    }

    @Test(arguments: ["", "data: [DONE]\n\n"])
    func `a stream that ends before the answer does is an error`(end: String) async throws {
        let remote = try await Remote.connect { _, _ in .events(Self.piece("Hel") + end) }
        let (texts, completion, error) = await remote.stream()
        #expect(texts == ["Hel"] && completion == nil)
        #expect(
            (error as? RemoteError)?.reason == .dropped("the stream ended before the answer did"))
        #expect(remote.requests.count == 1, "what was said can't be taken back")
    }

    @Test func `a connection lost in the middle is an error, and what came stays`() async throws {
        let remote = try await Remote.connect { _, _ in
            [.streamHead, .chunk(Self.piece("Hel")), .close]
        }
        let (texts, completion, error) = await remote.stream()
        #expect(texts == ["Hel"] && completion == nil && error is RemoteError)
        #expect(remote.requests.count == 1)
    }

    @Test func `a connection lost before the first piece is tried again`() async throws {
        let remote = try await Remote.connect { number, _ in
            number == 0 ? [.streamHead, .close] : .events(Self.piece("Hello", finish: "\"stop\""))
        }
        #expect(await remote.stream().completion?.text == "Hello")
        #expect(remote.requests.count == 2)
    }

    @Test func `a failure told within the stream is an error`() async throws {
        let remote = try await Remote.connect { _, _ in
            .events(Self.piece("Hel") + #"data: {"error": {"message": "Out of memory"}}"# + "\n\n")
        }
        let (texts, _, failure) = await remote.stream()
        let error = try #require(failure)
        #expect(texts == ["Hel"] && "\(error)".contains("Out of memory"))
    }

    @Test func `a filtered stream is an error`() async throws {
        let remote = try await Remote.connect { _, _ in
            .events(Self.piece("Hel", finish: "\"content_filter\"") + "data: [DONE]\n\n")
        }
        #expect(
            (await remote.stream().error as? RemoteError)?.reason == .withheld("content_filter"))
    }

    @Test func `an event without end is not held in memory`() async throws {
        let remote = try await Remote.connect(bytes: 4096) { _, _ in
            [.streamHead, .chunk("data: " + String(repeating: "x", count: 8192))]
        }
        #expect((await remote.stream().error as? RemoteError)?.reason == .tooLarge(limit: 4096))
    }

    @Test func `ending the iteration ends the request`() async throws {
        let remote = try await Remote.connect(concurrency: 1) { number, _ in
            number == 0 ? [.streamHead, .chunk(Self.piece("Hel"))] : [.chat("Fine.")]
        }
        for try await _ in remote.model.stream(.user("Hello"), options: .init()) { break }
        // The only place is free again.
        #expect(try await remote.complete().map(\.text) == ["Fine."])
    }
}
