public import KeelLanguage

/// A row that is only asked: `prompt` (text or messages), and for verifiers the right `answer`.
public struct PromptRow: TrainingRow {
    public var prompt: TextOrMessages
    public var answer: String?

    private enum CodingKeys: String, CodingKey { case prompt, messages, answer }

    public init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        if row.contains(.messages) {
            prompt = .messages(try row.decode([Message].self, forKey: .messages))
        } else {
            prompt = try row.decode(TextOrMessages.self, forKey: .prompt)
        }
        answer = try row.decodeIfPresent(String.self, forKey: .answer)
        if prompt.isEmpty {
            throw DecodingError.dataCorruptedError(
                forKey: .prompt, in: row, debugDescription: "it is empty.")
        }
        if case .messages(let messages) = prompt, messages.last?.role == .assistant {
            throw DecodingError.dataCorruptedError(
                forKey: row.contains(.messages) ? .messages : .prompt, in: row,
                debugDescription: "it ends with the assistant's turn; end it with the user's.")
        }
    }

    public var texts: [String] { prompt.texts }

    /// What the model is asked.
    public var question: Prompt {
        switch prompt {
        case .text(let text): .text(text)
        case .messages(let messages): .messages(messages)
        }
    }
}
