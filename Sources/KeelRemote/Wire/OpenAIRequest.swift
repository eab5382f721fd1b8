internal import KeelLanguage

/// The body of a request to `/chat/completions` or `/completions`; keys are written in snake case.
struct OpenAIRequest: Encodable {
    struct StreamOptions: Encodable {
        var includeUsage = true
    }

    var model: String
    var messages: [Message]?
    var prompt: TextOrTokens?
    var maxTokens: Int?
    var maxCompletionTokens: Int?
    var temperature: Double?
    var topP: Double?
    var topK: Int?
    var minP: Double?
    /// vLLM, SGLang and most others.
    var repetitionPenalty: Double?
    /// llama.cpp, with how many tokens it looks back.
    var repeatPenalty: Double?
    var repeatLastN: Int?
    /// llama.cpp: what is applied, in this order.
    var samplers: [String]?
    var seed: UInt64?
    var stop: [String]?
    var stream: Bool?
    var streamOptions: StreamOptions?
    var echo: Bool?
    var logprobs: Logprobs?
    var topLogprobs: Int?
    /// vLLM: log-probabilities of the prompt's own tokens, and this many others.
    var promptLogprobs: Int?

    /// A number for plain completions, true for conversations.
    enum Logprobs: Encodable {
        case count(Int)
        case asked

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .count(let count): try container.encode(count)
            case .asked: try container.encode(true)
            }
        }
    }

    enum TextOrTokens: Encodable {
        case text(String)
        case tokens([Int])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .tokens(let tokens): try container.encode(tokens)
            }
        }
    }

    init(model: String) {
        self.model = model
    }
}

/// What is known of a server that speaks OpenAI's API, since those that do differ in their defaults.
struct OpenAIDialect: Hashable, Sendable {
    enum Server: String, Sendable {
        /// Sampling options that are at their neutral values are left out.
        case unknown
        /// vLLM and SGLang. Options not sent are taken from the model's own generation config.
        case vLLM = "vllm"
        /// Options not sent have values of its own, such as a top-k of 40.
        case llamaCpp = "llamacpp"
    }

    var server = Server.unknown
    /// Newer models of OpenAI refuse `max_tokens`.
    var saysMaxCompletionTokens = false

    /// - Parameter owner: `owned_by` in the server's list of models.
    init(owner: String? = nil) {
        server = owner == "sglang" ? .vLLM : owner.flatMap(Server.init) ?? .unknown
    }

    func apply(_ options: SamplingOptions, to request: inout OpenAIRequest) {
        let sendsAll = server != .unknown
        request.temperature = options.temperature
        request.topP = sendsAll || options.topP != 1 ? options.topP : nil
        // 0 is off in llama.cpp, -1 in vLLM.
        request.topK = options.topK ?? (sendsAll ? (server == .llamaCpp ? 0 : -1) : nil)
        request.minP = sendsAll || options.minP != 0 ? options.minP : nil
        let penalty = sendsAll || options.repetitionPenalty != 1 ? options.repetitionPenalty : nil
        if server == .llamaCpp {
            request.repeatPenalty = penalty
            request.repeatLastN = 1 << 16
            // Its own order cuts before it divides by the temperature.
            request.samplers = ["penalties", "temperature", "top_k", "top_p", "min_p"]
        } else {
            request.repetitionPenalty = penalty
        }
        if saysMaxCompletionTokens {
            request.maxCompletionTokens = options.maxTokens
        } else {
            request.maxTokens = options.maxTokens
        }
        request.stop = options.stop.isEmpty ? nil : options.stop
    }
}
