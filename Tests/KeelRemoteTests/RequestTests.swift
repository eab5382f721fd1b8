import Foundation
import KeelLanguage
import KeelRemote
import Testing

/// What is sent.
struct RequestTests {
    private func body(
        owner: String?, prompt: Prompt = .user("Hello"), _ options: SamplingOptions = .init()
    ) async throws -> (path: String, fields: [String: String]) {
        let remote = try await Remote.connect(owner: owner) { _, _ in [.chat("Fine.")] }
        _ = try? await remote.model.complete(prompt, samples: 0..<1, options: options)
        let request = try #require(remote.requests.first)
        return (request.path, request.json.mapValues { "\($0)" })
    }

    @Test func `options at their neutral values are left to an unknown server`() async throws {
        let (path, fields) = try await body(owner: nil)
        #expect(path == "/v1/chat/completions")
        #expect(
            fields.keys.sorted() == ["max_tokens", "messages", "model", "seed", "temperature"])
        #expect(fields["temperature"] == "1" && fields["max_tokens"] == "256")
    }

    @Test func `options that differ are sent`() async throws {
        let (_, fields) = try await body(
            owner: nil,
            SamplingOptions(
                temperature: 0.5, topK: 7, topP: 0.9, minP: 0.1, repetitionPenalty: 1.5,
                maxTokens: 9, stop: ["END"]))
        #expect(
            fields["temperature"] == "0.5" && fields["top_k"] == "7" && fields["top_p"] == "0.9")
        #expect(fields["min_p"] == "0.1" && fields["repetition_penalty"] == "1.5")
        #expect(fields["max_tokens"] == "9" && fields["stop"]?.contains("END") == true)
    }

    @Test func `a server with defaults of its own is told all options`() async throws {
        let (_, vLLM) = try await body(owner: "vllm")
        #expect(vLLM["top_k"] == "-1" && vLLM["top_p"] == "1" && vLLM["min_p"] == "0")
        #expect(vLLM["repetition_penalty"] == "1" && vLLM["repeat_penalty"] == nil)
        let (_, llama) = try await body(owner: "llamacpp")
        #expect(llama["top_k"] == "0" && llama["top_p"] == "1" && llama["min_p"] == "0")
        #expect(llama["repeat_penalty"] == "1" && llama["repeat_last_n"] == "65536")
        #expect(llama["samplers"]?.hasPrefix("[\"penalties\", \"temperature\"") == true)
    }

    @Test func `raw text goes to the endpoint for text`() async throws {
        let (path, fields) = try await body(owner: nil, prompt: .text("Once"))
        #expect(path == "/v1/completions" && fields["prompt"] == "Once")
        #expect(fields["messages"] == nil)
    }

    @Test func `a sample's seed depends on the seed and its number alone`() async throws {
        func seeds(_ samples: Range<Int>, _ seed: UInt64) async throws -> [Int] {
            // The answer repeats the seed that came.
            let remote = try await Remote.connect { _, request in
                [.chat("\(request.json["seed"] as? Int ?? -1)")]
            }
            return try await remote.complete(samples, SamplingOptions(seed: seed))
                .compactMap { Int($0.text) }
        }
        let all = try await seeds(0..<6, 3)
        #expect(try await seeds(4..<6, 3) == all.suffix(2))
        #expect(Set(all).count == 6 && all.allSatisfy { (0..<1 << 31).contains($0) })
        #expect(Set(try await seeds(0..<6, 4)).isDisjoint(with: all))
        #expect(try await seeds(0..<2, .max).count == 2)
    }

    @Test func `a model that wants the newer name of the limit gets it, and is not asked twice`()
        async throws
    {
        let remote = try await Remote.connect { _, request in
            request.json["max_tokens"] == nil
                ? [.chat("Fine.")]
                : [
                    .json(
                        400,
                        #"{"error": {"message": "Use 'max_completion_tokens' instead.", "code": "unsupported_parameter"}}"#
                    )
                ]
        }
        #expect(try await remote.complete().map(\.text) == ["Fine."])
        #expect(try await remote.complete(1..<2).map(\.text) == ["Fine."])
        #expect(remote.requests.count == 3)
        #expect(remote.requests[2].json["max_completion_tokens"] as? Int == 256)
    }

    @Test func `impossible options are refused before anything is sent`() async throws {
        let remote = try await Remote.connect { _, _ in [.chat("Fine.")] }
        await #expect(throws: LanguageError.self) {
            try await remote.complete(0..<1, SamplingOptions(temperature: -1))
        }
        #expect(remote.requests.isEmpty)
        #expect(try await remote.complete(0..<0).isEmpty)
        #expect(throws: LanguageError.self) { try RemoteLimits(concurrency: 0) }
        #expect(throws: LanguageError.self) { try RemoteLimits(timeout: .zero) }
    }
}
