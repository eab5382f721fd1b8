import KeelLanguage

/// The forms of data sets that other programs read.
public enum DataFormat: String, Sendable, CaseIterable {
    case trl
    case openRLHF = "openrlhf"
    case llamaFactory = "llama-factory"
    case mlxLM = "mlx-lm"
    case openAI = "openai"

    /// Whether the form is a folder of files rather than one file.
    public var isFolder: Bool { self == .llamaFactory || self == .mlxLM }

    /// The row in this form.
    /// - Throws: `RowError` where the form has no place for something that the row says.
    func converted(_ row: DataRow) throws -> JSONField {
        switch row {
        case .supervised(let row):
            return switch self {
            case .trl: row.inTRL
            case .openRLHF: row.inOpenRLHF
            case .llamaFactory: try row.inLLaMAFactory()
            case .mlxLM: row.inMLXLM
            case .openAI: try row.inOpenAI()
            }
        case .preference(let row):
            if self == .trl { return row.inTRL }
            guard row.probability == 1 else {
                throw RowError(
                    field: "chosen_probability",
                    reason: "\(rawValue) has no place for a soft label; only trl keeps it.")
            }
            return switch self {
            case .trl, .openRLHF: row.inOpenRLHF
            case .llamaFactory: try row.inLLaMAFactory()
            case .mlxLM: try row.inMLXLM()
            case .openAI: row.inOpenAI
            }
        case .prompt(let row):
            var members = ["prompt": row.prompt.field]
            if let answer = row.answer { members["answer"] = .text(answer) }
            switch self {
            case .trl, .openRLHF: return .object(members)
            case .llamaFactory, .mlxLM, .openAI:
                throw RowError(
                    field: "completion", reason: "it is missing, and \(rawValue) needs one.")
            }
        }
    }
}

extension TextOrMessages {
    /// As it stands in a row: a text, or a list of messages.
    var field: JSONField {
        switch self {
        case .text(let text): .text(text)
        case .messages(let messages): .messages(messages)
        }
    }

    /// As turns; a text is what `role` says.
    func turns(of role: Message.Role) -> [Message] {
        switch self {
        case .text(let text): [Message(role: role, content: text)]
        case .messages(let messages): messages
        }
    }
}
