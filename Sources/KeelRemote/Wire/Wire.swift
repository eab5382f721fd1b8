package import Foundation
package import KeelLanguage

/// How one API writes a request and reads an answer.
package protocol Wire: Sendable {
    /// `logprobs` is the number of candidates to tell beside each token, or nil.
    func request(
        _ prompt: Prompt, model: String, seed: UInt64, options: SamplingOptions, logprobs: Int?,
        isStream: Bool
    ) throws(WireError) -> WireRequest

    func answer(from body: Data, to prompt: Prompt) throws(WireError) -> WireAnswer

    func stream(of prompt: Prompt) -> any WireStream
}

package struct WireRequest: Sendable {
    /// What is added to the base of the address.
    var path: String
    var body: Data
}

/// An answer as a server gave it.
package struct WireAnswer: Sendable, Hashable {
    var text = ""
    /// The server's own word for why it ended.
    var ending: String?
    var usage: TokenUsage?
    /// The model that the server says has answered.
    package var model: String?

    /// - Throws: `WireError` unless the model ended its turn or the limit was reached.
    package func completion() throws(WireError) -> Completion {
        let finish: Completion.Finish
        switch ending {
        case "stop", "eos", "eos_token", "end_turn", "stop_sequence": finish = .stop
        case "length", "max_tokens", "model_length", "model_context_window_exceeded":
            finish = .length
        case let other?: throw WireError(.withheld(other))
        case nil: throw WireError("it does not say why the answer ended")
        }
        return Completion(text: text, tokens: [], finish: finish, usage: usage)
    }
}

/// A streamed answer as it comes in.
package protocol WireStream: Sendable {
    var answer: WireAnswer { get }
    /// Whether nothing is missing if the stream ends here.
    var isWhole: Bool { get }
    /// Whether the event that tells the end has come.
    var isOver: Bool { get }

    /// - Returns: What the event adds.
    mutating func add(_ event: ServerSentEvents.Event) throws(WireError) -> WirePiece
}

/// What one event adds to a streamed answer.
package struct WirePiece: Sendable, Hashable {
    package var text = ""
    package var tokens: [TokenLogprobs] = []
}

/// A defect of an answer, before it is known which server gave it.
package struct WireError: Error {
    var reason: RemoteError.Reason

    init(_ reason: RemoteError.Reason) { self.reason = reason }
    /// An answer that is not what the API promises.
    init(_ defect: String) { reason = .malformed(defect) }

    /// Decodes JSON, and names the field that is not as it should be.
    static func decode<Value: Decodable>(
        _ type: Value.Type, from body: Data
    ) throws(WireError) -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: body)
        } catch {
            if let object = try? JSONSerialization.jsonObject(with: body),
                let message = ServerMessage.message(object)
            {
                throw WireError(.dropped("the server reports \(message)"))
            }
            throw WireError(Self.sentence(error))
        }
    }

    /// Encodes a request.
    static func encode(_ value: some Encodable) throws(WireError) -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(value)
        } catch {
            throw WireError(.unusable("The request can't be written: \(error)"))
        }
    }

    private static func sentence(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, let context):
            "\(place(context.codingPath + [key])) is missing"
        case .valueNotFound(_, let context): "\(place(context.codingPath)) is null"
        case .typeMismatch(let type, let context):
            "\(place(context.codingPath)) is not of type \(type)"
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            "\(place(context.codingPath)): \(context.debugDescription)"
        default: "it is not JSON"
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        path.reduce("") { text, key in
            key.intValue.map { "\(text)[\($0)]" }
                ?? (text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)")
        }
    }
}
