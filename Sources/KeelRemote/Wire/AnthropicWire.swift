package import Foundation
package import KeelLanguage

/// Anthropic's Messages API, version 2023-06-01.
///
/// It takes no seed, so samples cannot be repeated, and no raw text.
package struct AnthropicWire: Wire {
    package init() {}

    static let version = "2023-06-01"

    package func request(
        _ prompt: Prompt, model: String, seed: UInt64, options: SamplingOptions, logprobs: Int?,
        isStream: Bool
    ) throws(WireError) -> WireRequest {
        guard case .messages(let messages) = prompt else {
            throw WireError(.unusable("This API answers conversations only, not raw text."))
        }
        let turns = messages.drop { $0.role == .system }
        guard turns.allSatisfy({ [.user, .assistant].contains($0.role) }), turns.last?.role == .user
        else {
            throw WireError(
                .unusable(
                    "This API wants system messages first, then turns of user and assistant that "
                        + "end with the user's."))
        }
        guard logprobs == nil else {
            throw WireError(.unusable("This API tells no log-probabilities."))
        }
        guard options.minP == 0, options.repetitionPenalty == 1 else {
            throw WireError(.unusable("This API knows neither min-p nor a repetition penalty."))
        }
        let system = messages.prefix { $0.role == .system }.map(\.content)
        let request = Request(
            model: model, maxTokens: options.maxTokens, messages: Array(turns),
            system: system.isEmpty ? nil : system.joined(separator: "\n\n"),
            // Some models refuse these even at the values that they have by themselves.
            temperature: options.temperature == 1 ? nil : options.temperature,
            topP: options.topP == 1 ? nil : options.topP, topK: options.topK,
            stopSequences: options.stop.isEmpty ? nil : options.stop,
            stream: isStream ? true : nil)
        return WireRequest(path: "/messages", body: try WireError.encode(request))
    }

    package func answer(from body: Data, to prompt: Prompt) throws(WireError) -> WireAnswer {
        let response = try WireError.decode(Response.self, from: body)
        return WireAnswer(
            text: response.content.map { $0.text ?? "" }.joined(), ending: response.stopReason,
            usage: response.usage?.usage(
                hasReasoning: response.content.contains { $0.type != "text" }),
            model: response.model)
    }

    package func stream(of prompt: Prompt) -> any WireStream { Stream() }

    private struct Request: Encodable {
        var model: String
        var maxTokens: Int
        var messages: [Message]
        var system: String?
        var temperature: Double?
        var topP: Double?
        var topK: Int?
        var stopSequences: [String]?
        var stream: Bool?
    }

    private struct Response: Decodable {
        /// Must be there, and may be empty: a model may end its turn without a word.
        var content: [Block]
        var model: String?
        var stopReason: String?
        var usage: Usage?
    }

    private struct Block: Decodable {
        var type: String
        var text: String?
    }

    private struct Usage: Decodable {
        var inputTokens: Int?
        var cacheCreationInputTokens: Int?
        var cacheReadInputTokens: Int?
        var outputTokens: Int?

        func usage(hasReasoning: Bool) -> TokenUsage? {
            guard let inputTokens, let outputTokens else { return nil }
            let input = [inputTokens, cacheCreationInputTokens ?? 0, cacheReadInputTokens ?? 0]
            return input.reduce(.zero) {
                $0 + TokenUsage(promptTokens: max(0, $1), completionTokens: 0)
            }
                + TokenUsage(
                    promptTokens: 0, completionTokens: max(0, outputTokens),
                    hiddenTokens: hasReasoning ? nil : 0)
        }

        /// The end of a stream tells again what has changed since its beginning.
        func updated(by later: Usage?) -> Usage {
            Usage(
                inputTokens: later?.inputTokens ?? inputTokens,
                cacheCreationInputTokens: later?.cacheCreationInputTokens
                    ?? cacheCreationInputTokens,
                cacheReadInputTokens: later?.cacheReadInputTokens ?? cacheReadInputTokens,
                outputTokens: later?.outputTokens ?? outputTokens)
        }
    }

    private struct Event: Decodable {
        struct Delta: Decodable {
            var type: String?
            var text: String?
            var stopReason: String?
        }
        struct Start: Decodable {
            var model: String?
            var usage: Usage?
        }

        struct Failure: Decodable {
            var type: String?
            var message: String?
        }

        var type: String
        var message: Start?
        var error: Failure?
        var contentBlock: Block?
        var delta: Delta?
        var usage: Usage?
    }

    private struct Stream: WireStream {
        var answer = WireAnswer()
        var isOver = false
        var isWhole: Bool { isOver }
        private var usage = Usage()
        private var hasReasoning = false

        mutating func add(_ event: ServerSentEvents.Event) throws(WireError) -> WirePiece {
            let event = try WireError.decode(Event.self, from: Data(event.data))
            var piece = ""
            switch event.type {
            case "message_start":
                answer.model = event.message?.model
                usage = usage.updated(by: event.message?.usage)
            case "content_block_start":
                piece = event.contentBlock?.text ?? ""
                hasReasoning = hasReasoning || event.contentBlock?.type != "text"
            case "content_block_delta": piece = event.delta?.text ?? ""
            case "message_delta":
                answer.ending = event.delta?.stopReason ?? answer.ending
                usage = usage.updated(by: event.usage)
            case "message_stop":
                answer.usage = usage.usage(hasReasoning: hasReasoning)
                isOver = true
            case "error":
                let error = event.error
                throw WireError(
                    .dropped(
                        "the server reports \(error?.message ?? "an error") "
                            + "(\(error?.type ?? "of no type"))"))
            default: break  // "ping", and what later versions add.
            }
            answer.text += piece
            return WirePiece(text: piece)
        }
    }
}
