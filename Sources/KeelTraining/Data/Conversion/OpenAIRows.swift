import KeelLanguage

/// Rows as OpenAI's fine-tuning reads them: conversations. A prompt of text becomes a turn of the
/// user, its completion one of the assistant.
/// - Source: OpenAI, guides "Supervised fine-tuning" and "Direct preference optimization".
extension SupervisedRow {
    func inOpenAI() throws -> JSONField {
        switch self {
        case .text:
            throw RowError(
                field: "text", reason: "openai takes conversations, not text without a prompt.")
        case .messages(let messages): return ["messages": .messages(messages)]
        case .completion(let prompt, let completion):
            // A weight of 0 keeps a turn of the assistant out of the loss.
            let read = prompt.turns(of: .user).map { message -> JSONField in
                guard message.role == .assistant else { return JSONField.message(message) }
                return [
                    "role": "assistant", "content": .text(message.content), "weight": .number(0),
                ]
            }
            let answer = completion.turns(of: .assistant).map(JSONField.message)
            return ["messages": .list(read + answer)]
        }
    }
}

extension PreferenceRow {
    var inOpenAI: JSONField {
        [
            "input": ["messages": .messages(prompt.turns(of: .user))],
            "preferred_output": .messages(chosen.turns(of: .assistant)),
            "non_preferred_output": .messages(rejected.turns(of: .assistant)),
        ]
    }
}
