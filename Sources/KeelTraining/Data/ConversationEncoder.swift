public import KeelLanguage
public import KeelModel
import KeelTokenizer

/// Finds the tokens of a conversation that its assistant has to produce.
///
/// A turn is what a conversation up to and including it has more than its prompt, the end of the
/// turn with it: no template needs marks for that. Where a template writes earlier turns anew (as
/// those do that drop old reasoning), each turn becomes an example of its own, read as the model
/// reads it when it answers.
public struct ConversationEncoder: Sendable {
    private let chat: ChatRenderer

    public init(_ chat: ChatRenderer) {
        self.chat = chat
    }

    /// Examples that train the assistant's turns from index `start` on.
    /// - Parameters:
    ///   - messages: The turns, in order.
    ///   - start: Earlier turns are read, not trained on.
    /// - Returns: One example where the template leaves earlier turns alone, else one for each turn.
    /// - Throws: `ConversationError`; `TemplateError` when the template refuses the messages.
    public func examples(_ messages: [Message], trainingFrom start: Int = 0) throws -> [Example] {
        var examples: [Example] = []
        var text: [UInt8] = []
        for index in messages.indices.dropFirst(start) where messages[index].role == .assistant {
            let (prompt, turn) = try turn(index, of: messages)
            let promptText = prompt.utf8
            if let last = examples.indices.last, promptText.starts(with: text) {
                examples[last].append(
                    chat.tokenizer.encode(prompt.dropping(text.count)), areTargets: false)
            } else {
                examples.append(Example())
                examples[examples.count - 1].append(
                    chat.tokenizer.encode(prompt), areTargets: false)
            }
            examples[examples.count - 1].append(chat.tokenizer.encode(turn), areTargets: true)
            text = promptText + turn.utf8
        }
        if examples.isEmpty { throw ConversationError.noAnswer }
        return examples
    }

    /// What the model reads before a turn, and the turn itself.
    private func turn(_ index: Int, of messages: [Message]) throws -> (
        prompt: [RenderedSegment], turn: [RenderedSegment]
    ) {
        let prompt = try chat.segments(Array(messages[..<index]), addGenerationPrompt: true)
        let whole = try chat.segments(Array(messages[...index]), addGenerationPrompt: false)
        let count = prompt.utf8.count
        guard whole.utf8.starts(with: prompt.utf8), whole.utf8.count > count else {
            throw ConversationError.notAContinuation(turn: index)
        }
        return (prompt, whole.dropping(count))
    }
}

/// Why a conversation cannot be trained on.
public enum ConversationError: Error, Hashable, Sendable, CustomStringConvertible {
    case noAnswer
    case notAContinuation(turn: Int)

    public var description: String {
        switch self {
        case .noAnswer:
            "there is no turn of the assistant to train on"
        case .notAContinuation(let turn):
            "the chat template does not write turn \(turn) as a continuation of what the model reads "
                + "before it, so its tokens cannot be told apart"
        }
    }
}

extension [RenderedSegment] {
    var utf8: [UInt8] { flatMap { [UInt8]($0.text.utf8) } }

    /// What follows the first `count` bytes of UTF-8, which end at a whole scalar.
    fileprivate func dropping(_ count: Int) -> [RenderedSegment] {
        var left = count
        return compactMap { segment in
            let bytes = [UInt8](segment.text.utf8)
            let dropped = Swift.min(left, bytes.count)
            left -= dropped
            guard dropped < bytes.count else { return nil }
            let text = String(decoding: bytes.dropFirst(dropped), as: UTF8.self)
            return RenderedSegment(text: text, origin: segment.origin)
        }
    }
}
