import KeelLanguage

/// A row of any kind that training reads: one with `chosen` or `rejected` is a row of preferences,
/// one with nothing but a `prompt` is only asked, any other is one of supervised fine-tuning.
public enum DataRow: TrainingRow {
    case supervised(SupervisedRow)
    case preference(PreferenceRow)
    case prompt(PromptRow)

    /// What a row holds, by the names that TRL gives to the types of data sets.
    public enum Kind: String, Sendable, CaseIterable {
        case text = "language modeling"
        case messages = "conversational language modeling"
        case completion = "prompt-completion"
        case conversationalCompletion = "conversational prompt-completion"
        case preference
        case conversationalPreference = "conversational preference"
        case prompt = "prompt-only"
        case conversationalPrompt = "conversational prompt-only"

        /// The fields of such a row; others are not read.
        public var fields: Set<String> {
            switch self {
            case .text: ["text"]
            case .messages: ["messages"]
            case .completion, .conversationalCompletion: ["prompt", "completion"]
            case .preference, .conversationalPreference:
                ["prompt", "chosen", "rejected", "chosen_probability"]
            case .prompt, .conversationalPrompt: ["prompt", "answer"]
            }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case chosen, rejected, prompt, completion, text, messages
    }

    public init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        if row.contains(.chosen) || row.contains(.rejected) {
            self = .preference(try PreferenceRow(from: decoder))
        } else if row.contains(.prompt),
            ![.completion, .text, .messages].contains(where: row.contains)
        {
            self = .prompt(try PromptRow(from: decoder))
        } else {
            self = .supervised(try SupervisedRow(from: decoder))
        }
    }

    /// By its fields, and whether they are texts or messages.
    public var kind: Kind {
        switch self {
        case .supervised(.text): .text
        case .supervised(.messages): .messages
        case .supervised(.completion(.text, _)): .completion
        case .supervised(.completion(.messages, _)): .conversationalCompletion
        case .preference(let row):
            if case .text = row.prompt { .preference } else { .conversationalPreference }
        case .prompt(let row):
            if case .text = row.prompt { .prompt } else { .conversationalPrompt }
        }
    }

    public var fields: [(name: String, texts: [String])] {
        switch self {
        case .supervised(let row): row.fields
        case .preference(let row): row.fields
        case .prompt(let row): row.fields
        }
    }

    /// What is asked in the row: what users say, or the prompt; a plain text asks nothing.
    var questions: [String] {
        func users(_ value: TextOrMessages) -> [String] {
            switch value {
            case .text(let text): [text]
            case .messages(let messages): messages.filter { $0.role == .user }.map(\.content)
            }
        }
        switch self {
        case .supervised(.text): return []
        case .supervised(.messages(let messages)): return users(.messages(messages))
        case .supervised(.completion(let prompt, let completion)):
            if case .messages = completion { return users(prompt) + users(completion) }
            return users(prompt)
        case .preference(let row): return users(row.prompt)
        case .prompt(let row): return users(row.prompt)
        }
    }

    /// What comes before the first word that is trained on; rows of equal prompts are kept together.
    var prompt: TextOrMessages {
        switch self {
        case .supervised(.text(let text)): return .text(text)
        case .supervised(.messages(let messages)):
            return .messages(Array(messages.prefix { $0.role != .assistant }))
        case .supervised(.completion(let prompt, _)): return prompt
        case .preference(let row): return row.prompt
        case .prompt(let row): return row.prompt
        }
    }
}
