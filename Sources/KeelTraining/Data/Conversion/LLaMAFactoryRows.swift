import KeelLanguage

/// Rows as LLaMA-Factory reads them: texts in its form `alpaca`, conversations in `sharegpt`.
/// - Source: LLaMA-Factory, `data/README.md`.
extension SupervisedRow {
    func inLLaMAFactory() throws -> JSONField {
        switch self {
        case .text(let text): return ["text": .text(text)]
        case .completion(.text(let prompt), let completion):
            return ["instruction": .text(prompt), "input": "", "output": completion.field]
        case .messages(let messages):
            return try LLaMAFactory.conversation(messages, field: "messages", endsWith: .assistant)
        case .completion(let prompt, let completion):
            return try LLaMAFactory.conversation(
                prompt.turns(of: .user) + completion.turns(of: .assistant), field: "completion",
                endsWith: .assistant)
        }
    }
}

extension PreferenceRow {
    func inLLaMAFactory() throws -> JSONField {
        guard case .messages(let messages) = prompt else {
            return [
                "instruction": prompt.field, "input": "", "chosen": chosen.field,
                "rejected": rejected.field,
            ]
        }
        guard
            case .object(var members) = try LLaMAFactory.conversation(
                messages, field: "prompt", endsWith: .user)
        else { return [:] }
        for (field, side) in [("chosen", chosen), ("rejected", rejected)] {
            let turns = side.turns(of: .assistant)
            guard let turn = turns.first, turns.count == 1, turn.role == .assistant else {
                throw RowError(
                    field: field, reason: "LLaMA-Factory takes one turn of the assistant here.")
            }
            members[field] = LLaMAFactory.turn(turn)
        }
        return .object(members)
    }
}

/// The parts of a row, and what `dataset_info.json` says of it.
enum LLaMAFactory {
    static func turn(_ message: Message) -> JSONField {
        let names: [Message.Role: String] = [
            .user: "human", .assistant: "gpt", .tool: "observation", .system: "system",
        ]
        return [
            "from": .text(names[message.role] ?? "human"), "value": .text(message.content),
        ]
    }

    /// A conversation, its system message apart.
    /// - Throws: `RowError` for one that LLaMA-Factory would leave out: turns must alternate.
    static func conversation(_ messages: [Message], field: String, endsWith last: Message.Role)
        throws -> JSONField
    {
        var turns = messages
        let system = turns.first?.role == .system ? turns.removeFirst().content : ""
        for (index, message) in turns.enumerated() {
            let isAnswer = message.role == .assistant
            if message.role == .system || isAnswer == index.isMultiple(of: 2) {
                throw RowError(
                    field: field,
                    reason: "turn \(index + messages.count - turns.count + 1) is of the "
                        + "\(message.role.rawValue); LLaMA-Factory takes turns of user and "
                        + "assistant by turns, after one of the system at most.")
            }
        }
        guard turns.last?.role == last || (last == .user && turns.last?.role == .tool) else {
            throw RowError(
                field: field,
                reason: "LLaMA-Factory needs a turn of the \(last.rawValue) at its end.")
        }
        return ["conversations": .list(turns.map(turn)), "system": .text(system)]
    }

    /// The entry of `dataset_info.json` for a file of rows of one kind.
    static func description(of kind: DataRow.Kind, file: String) -> JSONField {
        var members: [String: JSONField] = ["file_name": .text(file)]
        switch kind {
        case .text: members["columns"] = ["prompt": "text"]
        case .completion, .prompt, .conversationalPrompt:
            members["columns"] = [
                "prompt": "instruction", "query": "input", "response": "output",
            ]
        case .preference:
            members["ranking"] = .flag(true)
            members["columns"] = [
                "prompt": "instruction", "query": "input", "chosen": "chosen",
                "rejected": "rejected",
            ]
        case .messages, .conversationalCompletion:
            members["formatting"] = "sharegpt"
            members["columns"] = ["messages": "conversations", "system": "system"]
        case .conversationalPreference:
            members["formatting"] = "sharegpt"
            members["ranking"] = .flag(true)
            members["columns"] = [
                "messages": "conversations", "system": "system", "chosen": "chosen",
                "rejected": "rejected",
            ]
        }
        return .object(members)
    }
}
