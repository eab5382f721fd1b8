public import KeelLanguage

/// A row that is only asked: `prompt` (text or messages), and for verifiers the right `answer`.
public struct PromptRow: TrainingRow {
    /// What is asked.
    public var prompt: TextOrMessages
    /// What a verifier compares with; nil where the row has none.
    public var answer: String?
    /// The field that the prompt stands in: `prompt` or `messages`.
    let field: String

    private enum CodingKeys: String, CodingKey { case prompt, messages, answer }

    public init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        let key = row.contains(.messages) ? CodingKeys.messages : .prompt
        field = key.rawValue
        if key == .messages {
            prompt = .messages(try row.decode([Message].self, forKey: .messages))
        } else {
            prompt = try row.decode(TextOrMessages.self, forKey: .prompt)
        }
        answer = try row.decodeIfPresent(String.self, forKey: .answer)
        if prompt.isEmpty {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: row, debugDescription: "it is empty.")
        }
        if case .messages(let messages) = prompt, messages.last?.role == .assistant {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: row,
                debugDescription: "it ends with the assistant's turn; end it with the user's.")
        }
    }

    public var fields: [(name: String, texts: [String])] {
        [(field, prompt.texts), ("answer", [answer].compactMap(\.self))]
    }

    /// Rows that ask the same are equal, whatever the field is called.
    public static func == (a: Self, b: Self) -> Bool {
        a.prompt == b.prompt && a.answer == b.answer
    }
    public func hash(into hasher: inout Hasher) {
        hasher.combine(prompt)
        hasher.combine(answer)
    }

    /// What the model is asked.
    public var question: Prompt {
        switch prompt {
        case .text(let text): .text(text)
        case .messages(let messages): .messages(messages)
        }
    }
}
