package import Foundation
package import KeelLanguage

/// OpenAI's API, as OpenAI, vLLM, SGLang, llama.cpp and others speak it.
package struct OpenAIWire: Wire {
    var dialect: OpenAIDialect

    package init() { self.init(dialect: OpenAIDialect()) }
    init(dialect: OpenAIDialect) { self.dialect = dialect }

    package func request(
        _ prompt: Prompt, model: String, seed: UInt64, options: SamplingOptions, logprobs: Int?,
        isStream: Bool
    ) throws(WireError) -> WireRequest {
        var request = OpenAIRequest(model: model)
        if let logprobs {
            guard !prompt.isText else {
                throw WireError(.unusable("Log-probabilities are told of conversations only."))
            }
            request.logprobs = .asked
            request.topLogprobs = logprobs
        }
        dialect.apply(options, to: &request)
        request.seed = seed
        if isStream {
            request.stream = true
            request.streamOptions = .init()
        }
        switch prompt {
        case .messages(let messages): request.messages = messages
        case .text(let text): request.prompt = .text(text)
        }
        return WireRequest(
            path: prompt.isText ? "/completions" : "/chat/completions",
            body: try WireError.encode(request))
    }

    package func answer(from body: Data, to prompt: Prompt) throws(WireError) -> WireAnswer {
        let response = try WireError.decode(Response.self, from: body)
        guard let choice = response.choices.first else { throw WireError("choices is empty") }
        let text = choice.message?.content ?? choice.message?.refusal ?? choice.text
        // A filter may take the text away with the answer.
        guard let text = text ?? (Self.ends(choice.finishReason) ? nil : "") else {
            throw WireError("choices[0] has no text")
        }
        return WireAnswer(
            text: text, ending: choice.finishReason,
            usage: response.usage?.usage(hasReasoning: choice.message?.hasReasoning ?? false),
            model: response.model)
    }

    package func stream(of prompt: Prompt) -> any WireStream { Stream() }

    private static func ends(_ reason: String?) -> Bool {
        reason == nil || (try? WireAnswer(ending: reason).completion()) != nil
    }

    private struct Response: Decodable {
        var model: String?
        var choices: [Choice]
        var usage: OpenAIUsage?
    }

    private struct Choice: Decodable {
        var message: Part?
        var delta: Part?
        var text: String?
        var finishReason: String?
        var logprobs: Logprobs?
    }

    private struct Logprobs: Decodable {
        struct Token: Decodable {
            var token: String
            var bytes: [UInt8]?
            var logprob: Double

            var candidate: TokenLogprobs.Candidate {
                .init(bytes: bytes ?? Array(token.utf8), logprob: logprob)
            }
        }
        struct Place: Decodable {
            var token: String
            var bytes: [UInt8]?
            var logprob: Double
            var topLogprobs: [Token]?

            var told: TokenLogprobs {
                TokenLogprobs(
                    drawn: Token(token: token, bytes: bytes, logprob: logprob).candidate,
                    top: (topLogprobs ?? []).map(\.candidate))
            }
        }
        /// Absent in the form of plain completions.
        var content: [Place]?
    }

    private struct Part: Decodable {
        var content: String?
        var refusal: String?
        var reasoningContent: String?
        var reasoning: String?

        var hasReasoning: Bool {
            !(reasoningContent ?? "").isEmpty || !(reasoning ?? "").isEmpty
        }
    }

    private struct Stream: WireStream {
        var answer = WireAnswer()
        var isOver = false
        /// Some servers leave out the mark of the end.
        var isWhole: Bool { answer.ending != nil }
        private var hasReasoning = false

        mutating func add(_ event: ServerSentEvents.Event) throws(WireError) -> WirePiece {
            if event.data == Array("[DONE]".utf8) {
                isOver = true
                return WirePiece()
            }
            let response = try WireError.decode(Response.self, from: Data(event.data))
            var piece = WirePiece()
            if let choice = response.choices.first {
                piece.text = choice.delta?.content ?? choice.delta?.refusal ?? choice.text ?? ""
                piece.tokens = (choice.logprobs?.content ?? []).map(\.told)
                hasReasoning = hasReasoning || choice.delta?.hasReasoning == true
                answer.ending = choice.finishReason ?? answer.ending
            }
            answer.text += piece.text
            answer.model = response.model ?? answer.model
            answer.usage = response.usage?.usage(hasReasoning: hasReasoning) ?? answer.usage
            return piece
        }
    }
}

/// What OpenAI's API says a call took.
struct OpenAIUsage: Decodable {
    struct Details: Decodable {
        var reasoningTokens: Int?
    }

    var promptTokens: Int
    /// Missing where nothing is written.
    var completionTokens: Int?
    var completionTokensDetails: Details?

    /// The usage of an answer that came with reasoning or without.
    func usage(hasReasoning: Bool) -> TokenUsage {
        TokenUsage(
            promptTokens: max(0, promptTokens), completionTokens: max(0, completionTokens ?? 0),
            hiddenTokens: completionTokensDetails?.reasoningTokens ?? (hasReasoning ? nil : 0))
    }
}

extension Prompt {
    var isText: Bool {
        if case .text = self { return true }
        return false
    }
}
