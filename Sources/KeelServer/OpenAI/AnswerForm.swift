internal import Foundation
internal import KeelLanguage

/// The two shapes in which OpenAI's API gives answers.
enum AnswerForm: Sendable {
    case chat
    case text

    /// A name for an answer.
    func newID() -> String {
        let code = UUID().uuidString.replacing("-", with: "").lowercased()
        return (self == .chat ? "chatcmpl-" : "cmpl-") + code
    }

    func object(isPiece: Bool) -> String {
        switch self {
        case .chat: isPiece ? "chat.completion.chunk" : "chat.completion"
        case .text: "text_completion"
        }
    }

    func logprobs(_ tokens: [TokenLogprobs]?) -> CompletionDocument.Logprobs? {
        tokens.map { tokens in
            self == .chat ? .chat(ChatLogprobs(tokens)) : .text(CompletionLogprobs(tokens))
        }
    }

    /// A whole answer.
    func choice(_ sample: Int, of transcript: AnswerTranscript) -> CompletionDocument.Choice {
        let text = transcript.text(sample)
        return CompletionDocument.Choice(
            index: sample,
            message: self == .chat ? .init(role: "assistant", content: text) : nil,
            text: self == .text ? text : nil,
            logprobs: logprobs(transcript.logprobs(sample)),
            finishReason: transcript.publicFinish(sample))
    }

    /// A piece of an answer.
    func piece(_ sample: Int, _ text: String, _ tokens: [TokenLogprobs])
        -> CompletionDocument.Choice
    {
        CompletionDocument.Choice(
            index: sample, delta: self == .chat ? .init(content: text) : nil,
            text: self == .text ? text : nil, logprobs: logprobs(tokens.isEmpty ? nil : tokens))
    }

    /// The last piece of an answer.
    func end(_ sample: Int, _ finish: String) -> CompletionDocument.Choice {
        CompletionDocument.Choice(
            index: sample, delta: self == .chat ? .init() : nil, text: self == .text ? "" : nil,
            finishReason: finish)
    }
}
