internal import Foundation
internal import HTTPTypes
internal import KeelLanguage

/// The body of a request to `/v1/chat/completions`.
///
/// What other servers offer and this one does not is refused by name where it would change the
/// answer. Fields that nobody here knows are passed over, as clients expect.
struct ChatCompletionRequest: Decodable {
    /// The most messages of a request.
    static let messageLimit = 4096

    struct RequestMessage: Decodable {
        var role: String
        var content: Content?
        var toolCalls: [Ignored]?

        enum CodingKeys: String, CodingKey {
            case role, content
            case toolCalls = "tool_calls"
        }
    }

    /// A text, or a list of parts that are texts.
    enum Content: Decodable {
        struct Part: Decodable {
            var type: String
            var text: String?
        }

        case text(String)
        case parts([Part])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .parts(try container.decode([Part].self))
            }
        }
    }

    struct StreamOptions: Decodable {
        var includeUsage: Bool?

        enum CodingKeys: String, CodingKey {
            case includeUsage = "include_usage"
        }
    }

    struct ResponseFormat: Decodable {
        var type: String
    }

    /// Something whose being there is all that counts.
    struct Ignored: Decodable {
        init(from decoder: any Decoder) throws {}
    }

    var model: String
    var messages: [RequestMessage]
    var stream: Bool?
    var streamOptions: StreamOptions?
    var logprobs: Bool?
    var topLogprobs: JSON.Number<Int>?
    var responseFormat: ResponseFormat?
    var tools: [Ignored]?
    var functions: [Ignored]?
    var modalities: [String]?

    enum CodingKeys: String, CodingKey {
        case model, messages, stream, logprobs, tools, functions, modalities
        case streamOptions = "stream_options"
        case topLogprobs = "top_logprobs"
        case responseFormat = "response_format"
    }

    /// The conversation to be continued.
    /// - Throws: `APIError`.
    var conversation: [Message] {
        get throws(APIError) {
            try refuseWhatIsNotOffered()
            guard !messages.isEmpty else {
                throw .invalid("messages is empty; send at least one.", param: "messages")
            }
            guard messages.count <= Self.messageLimit else {
                throw .invalid(
                    "messages has \(messages.count) entries; the most is \(Self.messageLimit).",
                    param: "messages")
            }
            var conversation: [Message] = []
            for (number, message) in messages.enumerated() {
                conversation.append(try Self.message(message, "messages[\(number)]"))
            }
            return conversation
        }
    }

    /// How many candidates to tell beside each token; nil for no log-probabilities.
    /// - Throws: `APIError`.
    var candidates: Int? {
        get throws(APIError) {
            guard logprobs ?? false else {
                guard topLogprobs == nil else {
                    throw .invalid(
                        "top_logprobs needs logprobs to be true.", param: "top_logprobs")
                }
                return nil
            }
            return try SamplingFields.check(
                topLogprobs?.value ?? 0, SamplingFields.candidates, "top_logprobs")
        }
    }

    private func refuseWhatIsNotOffered() throws(APIError) {
        if let format = responseFormat?.type, format != "text" {
            throw APIError(
                status: .badRequest,
                message: "response_format \"\(format)\" is not offered: answers are not held to a "
                    + "schema here. Ask for JSON in words, and check what comes.",
                type: "invalid_request_error", param: "response_format",
                code: "unsupported_response_format")
        }
        if tools?.isEmpty == false || functions?.isEmpty == false {
            throw .unsupported(
                tools?.isEmpty == false ? "tools" : "functions",
                "Tools are not offered here; leave them out.")
        }
        if let modalities, modalities != ["text"] {
            throw .unsupported("modalities", "Answers are text; leave modalities out.")
        }
    }

    private static func message(_ message: RequestMessage, _ place: String) throws(APIError)
        -> Message
    {
        guard message.toolCalls?.isEmpty ?? true else {
            throw .unsupported("\(place).tool_calls", "Tools are not offered here.")
        }
        let role: Message.Role
        switch message.role {
        case "system", "developer": role = .system
        case "user": role = .user
        case "assistant": role = .assistant
        default:
            throw .invalid(
                "\(place).role is none of system, developer, user, assistant.",
                param: "\(place).role")
        }
        switch message.content {
        case .text(let text): return Message(role: role, content: text)
        case .parts(let parts):
            guard parts.allSatisfy({ $0.type == "text" && $0.text != nil }) else {
                throw .unsupported(
                    "\(place).content", "Only parts of the type text are read here.")
            }
            return Message(role: role, content: parts.compactMap(\.text).joined())
        case nil:
            throw .invalid("\(place).content is missing.", param: "\(place).content")
        }
    }
}
