import KeelLanguage

/// Rows as mlx-lm reads them; preferences as mlx-lm-lora does, since mlx-lm has none.
/// - Source: mlx-lm, `tuner/datasets.py`; mlx-lm-lora, README.
extension SupervisedRow {
    var inMLXLM: JSONField {
        switch self {
        case .text(let text): ["text": .text(text)]
        case .messages(let messages): ["messages": .messages(messages)]
        case .completion(.text(let prompt), let completion):
            ["prompt": .text(prompt), "completion": completion.field]
        case .completion(let prompt, let completion):
            ["messages": .messages(prompt.turns(of: .user) + completion.turns(of: .assistant))]
        }
    }
}

extension PreferenceRow {
    func inMLXLM() throws -> JSONField {
        guard case .messages(let messages) = prompt else { return inTRL }
        var turns = messages
        let system = turns.first?.role == .system ? turns.removeFirst().content : nil
        guard turns.count == 1, let question = turns.first, question.role == .user else {
            throw RowError(
                field: "prompt", reason: "mlx-lm takes one turn of the user here, not several.")
        }
        var members: [String: JSONField] = ["prompt": .text(question.content)]
        if let system { members["system"] = .text(system) }
        for (field, side) in [("chosen", chosen), ("rejected", rejected)] {
            let turns = side.turns(of: .assistant)
            guard let turn = turns.first, turns.count == 1, turn.role == .assistant else {
                throw RowError(field: field, reason: "mlx-lm takes one turn of the assistant here.")
            }
            members[field] = .text(turn.content)
        }
        return .object(members)
    }
}
