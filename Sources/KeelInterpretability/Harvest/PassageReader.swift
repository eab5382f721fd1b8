import KeelFormats
public import KeelLanguage
public import KeelModel
import KeelTokenizer

/// One row of text or chat: `{"text"}`, `{"messages"}`, or `{"prompt", "completion"}`.
///
/// Prompts and completions are texts or lists of messages, as in training rows.
public struct CorpusRow: Decodable, Hashable, Sendable {
    /// What is read of a row.
    public enum Content: Hashable, Sendable {
        case text(String)
        /// An answer after a prompt; nil where nothing has been answered.
        case answer(Prompt, String?)
    }
    /// What is read of it.
    public var content: Content

    private enum CodingKeys: String, CodingKey { case text, messages, prompt, completion }

    public init(_ content: Content) { self.content = content }

    public init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        func messages(_ key: CodingKeys) throws -> [Message] {
            let messages = try row.decode([Message].self, forKey: key)
            guard !messages.isEmpty else {
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: row, debugDescription: "it needs at least one message.")
            }
            return messages
        }
        if row.contains(.text) {
            content = .text(try row.decode(String.self, forKey: .text))
        } else if row.contains(.prompt) {
            let prompt =
                (try? row.decode(String.self, forKey: .prompt)).map { Prompt.text($0) }
            if let text = prompt {
                content = .answer(text, try row.decodeIfPresent(String.self, forKey: .completion))
            } else {
                let all =
                    try messages(.prompt)
                    + (row.contains(.completion) ? messages(.completion) : [])
                content = Self.chat(all)
            }
        } else {
            content = Self.chat(try messages(.messages))
        }
    }

    /// The last message is an answer if the assistant wrote it.
    private static func chat(_ messages: [Message]) -> Content {
        guard let last = messages.last, last.role == .assistant, messages.count > 1 else {
            return .answer(.messages(messages), nil)
        }
        return .answer(.messages(messages.dropLast()), last.content)
    }
}

extension LanguageModel {
    /// The passages of a row: windows of a text, or a whole chat cut at the window.
    ///
    /// An answer is tokenized by itself, as the model would have written it.
    /// - Parameters:
    ///   - row: Text or chat.
    ///   - window: The most tokens of a passage, at least 2.
    ///   - line: Where the row stands.
    /// - Returns: None for a row without tokens.
    /// - Throws: `TemplateError` when the template refuses the messages.
    public func passages(of row: CorpusRow, window: Int, line: Int = 0) throws -> [Passage] {
        switch row.content {
        case .text(let text):
            let tokens = tokenizer.encode(text, addingSpecial: true)
            return stride(from: 0, to: tokens.count, by: window).map {
                Passage(tokens: Array(tokens[$0..<min($0 + window, tokens.count)]), line: line)
            }
        case .answer(let prompt, let answer):
            let before =
                switch prompt {
                case .text(let text): tokenizer.encode(text, addingSpecial: true)
                case .messages(let messages):
                    tokenizer.encode(try chat.segments(messages, addGenerationPrompt: true))
                }
            let tokens = before + (answer.map { tokenizer.encode($0) } ?? [])
            guard !tokens.isEmpty else { return [] }
            let cut = min(window, tokens.count)
            return [
                Passage(
                    tokens: Array(tokens.prefix(cut)), answerStart: min(before.count, cut),
                    line: line)
            ]
        }
    }
}

/// Passages of files, one after the other, one row in memory.
public struct PassageReader: ~Copyable {
    private let language: LanguageModel
    private let window: Int
    private var paths: ArraySlice<String>
    private var reader: JSONLinesReader<CorpusRow>?
    private var waiting: ArraySlice<Passage> = []

    /// - Parameters:
    ///   - paths: JSON Lines.
    ///   - language: Whose tokens are meant.
    ///   - window: The most tokens of a passage.
    /// - Throws: `InterpretabilityError.unsupported` for a window that does not fit the model.
    public init(_ paths: [String], for language: LanguageModel, window: Int) throws {
        let limit = language.model.configuration.maxPositionEmbeddings
        guard (2...limit).contains(window) else {
            throw InterpretabilityError.unsupported(
                "The window is \(window) tokens; it must be from 2 to the model's \(limit).")
        }
        self.paths = paths[...]
        self.language = language
        self.window = window
    }

    /// The next passage, or nil after the last.
    /// - Throws: `JSONLinesError` with file and line; `FileError`.
    public mutating func next() throws -> Passage? {
        while true {
            if let passage = waiting.popFirst() { return passage }
            if reader == nil {
                guard let path = paths.popFirst() else { return nil }
                reader = try JSONLinesReader(path: path)
            }
            guard let row = try reader?.next() else {
                reader = nil
                continue
            }
            let line = reader?.line ?? 0
            do {
                waiting = try language.passages(of: row, window: window, line: line)[...]
            } catch {
                if let named = reader?.error(.invalidValue(field: "", reason: "\(error)")) {
                    throw named
                }
                throw error
            }
        }
    }
}
