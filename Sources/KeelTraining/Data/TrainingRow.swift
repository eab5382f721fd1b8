public import KeelLanguage

/// One row of a training file, as its author wrote it.
public protocol TrainingRow: Decodable, Hashable, Sendable {
    /// The fields that were read, and the texts in each.
    var fields: [(name: String, texts: [String])] { get }
}

extension TrainingRow {
    /// All text in the row, for what must not be trained on.
    public var texts: [String] { fields.flatMap(\.texts) }
}

/// A row of plain text or of a conversation.
public enum TextOrMessages: Hashable, Sendable, Decodable {
    case text(String)
    case messages([Message])

    public init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            self = .text(text)
        } else {
            self = .messages(try [Message](from: decoder))
        }
    }

    var texts: [String] {
        switch self {
        case .text(let text): [text]
        case .messages(let messages): messages.map(\.content)
        }
    }

    var isEmpty: Bool {
        switch self {
        case .text(let text): text.isEmpty
        case .messages(let messages): messages.isEmpty
        }
    }
}

/// A row of supervised fine-tuning: `messages`, or `prompt` and `completion`, or `text`.
///
/// Other fields are ignored.
public enum SupervisedRow: TrainingRow {
    /// Every turn of the assistant is trained on.
    case messages([Message])
    /// The completion is trained on.
    case completion(prompt: TextOrMessages, completion: TextOrMessages)
    /// All of it is trained on.
    case text(String)

    private enum CodingKeys: String, CodingKey { case messages, prompt, completion, text }

    public init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        if row.contains(.completion) {
            let prompt = try row.decode(TextOrMessages.self, forKey: .prompt)
            let completion = try row.decode(TextOrMessages.self, forKey: .completion)
            try row.require(prompt, .prompt)
            try row.require(completion, .completion, like: prompt)
            self = .completion(prompt: prompt, completion: completion)
        } else if row.contains(.text) {
            let text = try row.decode(String.self, forKey: .text)
            try row.require(.text(text), .text)
            self = .text(text)
        } else {
            let messages = try row.decode([Message].self, forKey: .messages)
            try row.require(.messages(messages), .messages)
            self = .messages(messages)
        }
    }

    public var fields: [(name: String, texts: [String])] {
        switch self {
        case .messages(let messages): [("messages", messages.map(\.content))]
        case .completion(let prompt, let completion):
            [("prompt", prompt.texts), ("completion", completion.texts)]
        case .text(let text): [("text", [text])]
        }
    }
}

/// A row of preferences in the fields of TRL: `prompt`, `chosen`, `rejected`.
///
/// Without a prompt, what chosen and rejected begin with alike is the prompt. The probability that
/// chosen is better may be given as `chosen_probability`. Other fields are ignored.
public struct PreferenceRow: TrainingRow {
    public var prompt: TextOrMessages
    public var chosen: TextOrMessages
    public var rejected: TextOrMessages
    /// Probability that chosen is better; 1 where the row does not say.
    public var probability: Double

    private enum CodingKeys: String, CodingKey {
        case prompt, chosen, rejected
        case probability = "chosen_probability"
    }

    public init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        chosen = try row.decode(TextOrMessages.self, forKey: .chosen)
        rejected = try row.decode(TextOrMessages.self, forKey: .rejected)
        try row.require(rejected, .rejected, like: chosen)
        if let given = try row.decodeIfPresent(TextOrMessages.self, forKey: .prompt) {
            prompt = given
            try row.require(chosen, .chosen, like: given)
        } else {
            (prompt, chosen, rejected) = Self.split(chosen, rejected)
        }
        try row.require(prompt, .prompt)
        try row.require(chosen, .chosen)
        try row.require(rejected, .rejected)
        probability = try row.decodeIfPresent(Double.self, forKey: .probability) ?? 1
        guard (0...1).contains(probability) else {
            throw DecodingError.dataCorruptedError(
                forKey: .probability, in: row,
                debugDescription: "\(probability) is no probability; it must be from 0 to 1.")
        }
        guard chosen != rejected else {
            throw DecodingError.dataCorruptedError(
                forKey: .rejected, in: row,
                debugDescription: "it is the same as \"chosen\", so the row prefers nothing.")
        }
    }

    public var fields: [(name: String, texts: [String])] {
        [("prompt", prompt.texts), ("chosen", chosen.texts), ("rejected", rejected.texts)]
    }

    /// Takes out the common beginning, as TRL does (`extract_prompt`): whole turns, or text up to
    /// the last space before the difference.
    private static func split(_ chosen: TextOrMessages, _ rejected: TextOrMessages) -> (
        TextOrMessages, TextOrMessages, TextOrMessages
    ) {
        switch (chosen, rejected) {
        case (.messages(let a), .messages(let b)):
            let count = zip(a, b).prefix { $0 == $1 }.count
            return (
                .messages(Array(a[..<count])), .messages(Array(a[count...])),
                .messages(Array(b[count...]))
            )
        case (.text(let a), .text(let b)):
            let (a, b) = (Array(a.unicodeScalars), Array(b.unicodeScalars))
            var count = zip(a, b).prefix { $0 == $1 }.count
            if count > 0, count < min(a.count, b.count), a[count - 1] == " " { count -= 1 }
            func text(_ scalars: ArraySlice<Unicode.Scalar>) -> TextOrMessages {
                var view = String.UnicodeScalarView()
                view.append(contentsOf: scalars)
                return .text(String(view))
            }
            return (text(a[..<count]), text(a[count...]), text(b[count...]))
        default:
            return (.text(""), chosen, rejected)
        }
    }
}

extension KeyedDecodingContainer {
    /// Refuses a field that is empty, or not of the kind of the field it belongs to.
    fileprivate func require(
        _ value: TextOrMessages, _ key: Key, like other: TextOrMessages? = nil
    ) throws {
        if value.isEmpty {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self, debugDescription: "it is empty.")
        }
        switch (value, other) {
        case (.text, .messages), (.messages, .text):
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self,
                debugDescription: "a row is either all text or all lists of messages.")
        default: break
        }
    }
}
