internal import KeelLanguage

/// What vLLM's `/tokenize` is asked: a conversation, or a text.
struct TokenizeRequest: Encodable {
    var model: String
    var messages: [Message]?
    var prompt: String?
    var addGenerationPrompt: Bool?
    var addSpecialTokens: Bool?
}

/// vLLM's answer.
struct TokenizeResponse: Decodable {
    /// llama.cpp has a `/tokenize` of another kind, without this.
    var count: Int
    var tokens: [Int]
}

/// An answer of `/completions` with vLLM's `prompt_logprobs`: for each token of the prompt but the
/// first, its id in decimal and its log-probability.
struct PromptLogprobs: Decodable {
    struct Choice: Decodable {
        var promptLogprobs: [[String: Entry]?]?
    }
    struct Entry: Decodable {
        var logprob: Double
    }
    var choices: [Choice]
    var usage: OpenAIUsage?
}

/// An answer of `/completions` with `echo` and `logprobs`.
struct EchoResponse: Decodable {
    struct Choice: Decodable {
        var text: String?
        var logprobs: Logprobs?
    }
    /// Of the older shape; other shapes hold only what was generated.
    struct Logprobs: Decodable {
        var tokens: [String]?
        var tokenLogprobs: [Double?]?
        var textOffset: [Int]?
    }
    var choices: [Choice]
    var usage: OpenAIUsage?
}
