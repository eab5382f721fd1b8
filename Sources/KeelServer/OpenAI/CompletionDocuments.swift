internal import KeelLanguage

/// What a call took, as OpenAI's API tells it.
struct UsageDocument: Encodable {
    var promptTokens: Int
    var completionTokens: Int
    var totalTokens: Int

    enum CodingKeys: String, CodingKey {
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
        case totalTokens = "total_tokens"
    }

    init(_ usage: TokenUsage) {
        promptTokens = usage.promptTokens
        completionTokens = usage.completionTokens
        totalTokens = usage.total
    }
}

/// Keel's own part of an answer, which other clients pass over.
struct KeelDocument: Encodable {
    /// The model that answered, by the reference it was loaded by.
    var answeredBy: String
    /// Whether another than the first engine of the model answered.
    var isFallback: Bool
    /// What decides the answer's sampling; the same seed gives the same answer.
    var seed: UInt64
    /// How far the model was pushed, by the name of a direction; nil where it was not.
    var steer: [String: Double]?
    /// What a guardian did about the answer; nil where there is none.
    var guardian: GuardDocument?
    /// What watched the answer, and what it says.
    var notes: [AnswerNote]?

    enum CodingKeys: String, CodingKey {
        case answeredBy = "answered_by"
        case isFallback = "fallback"
        case seed, steer, guardian, notes
    }
}

/// Log-probabilities of tokens, as chat completions have them.
struct ChatLogprobs: Encodable {
    struct Candidate: Encodable {
        var token: String
        var logprob: Double
        var bytes: [UInt8]

        init(_ candidate: TokenLogprobs.Candidate) {
            token = candidate.text
            logprob = candidate.logprob
            bytes = candidate.bytes
        }
    }

    struct Token: Encodable {
        var token: String
        var logprob: Double
        var bytes: [UInt8]
        var topLogprobs: [Candidate]

        enum CodingKeys: String, CodingKey {
            case token, logprob, bytes
            case topLogprobs = "top_logprobs"
        }
    }

    var content: [Token]

    init(_ tokens: [TokenLogprobs]) {
        content = tokens.map { token in
            Token(
                token: token.drawn.text, logprob: token.drawn.logprob, bytes: token.drawn.bytes,
                topLogprobs: token.top.map(Candidate.init))
        }
    }
}

/// Log-probabilities of tokens, as plain completions have them.
struct CompletionLogprobs: Encodable {
    var tokens: [String]
    var tokenLogprobs: [Double]
    var topLogprobs: [[String: Double]]
    /// Where each token begins in the answer, in Unicode scalars.
    var textOffset: [Int]

    enum CodingKeys: String, CodingKey {
        case tokens
        case tokenLogprobs = "token_logprobs"
        case topLogprobs = "top_logprobs"
        case textOffset = "text_offset"
    }

    init(_ all: [TokenLogprobs]) {
        tokens = all.map(\.drawn.text)
        tokenLogprobs = all.map(\.drawn.logprob)
        // Tokens that are no whole characters may be spelled alike; the most probable one counts.
        topLogprobs = all.map { token in
            Dictionary(token.top.map { ($0.text, $0.logprob) }) { first, _ in first }
        }
        var offset = 0
        textOffset = tokens.map { token in
            defer { offset += token.unicodeScalars.count }
            return offset
        }
    }
}

/// An answer, or a piece of one, in either of the two forms of OpenAI's API.
struct CompletionDocument: Encodable {
    struct Message: Encodable {
        var role: String?
        var content: String?
    }

    enum Logprobs: Encodable {
        case chat(ChatLogprobs)
        case text(CompletionLogprobs)

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .chat(let logprobs): try logprobs.encode(to: encoder)
            case .text(let logprobs): try logprobs.encode(to: encoder)
            }
        }
    }

    struct Choice: Encodable {
        var index: Int
        /// Of a whole chat completion.
        var message: Message?
        /// Of a piece of one.
        var delta: Message?
        /// Of a plain completion.
        var text: String?
        var logprobs: Logprobs?
        var finishReason: String?

        enum CodingKeys: String, CodingKey {
            case index, message, delta, text, logprobs
            case finishReason = "finish_reason"
        }

        /// Clients expect the last two keys, null where there is nothing.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(index, forKey: .index)
            try container.encodeIfPresent(message, forKey: .message)
            try container.encodeIfPresent(delta, forKey: .delta)
            try container.encodeIfPresent(text, forKey: .text)
            try container.encode(logprobs, forKey: .logprobs)
            try container.encode(finishReason, forKey: .finishReason)
        }
    }

    var id: String
    var object: String
    /// Seconds since 1970.
    var created: Int
    var model: String
    var choices: [Choice]
    var usage: UsageDocument?
    var keel: KeelDocument?
}
