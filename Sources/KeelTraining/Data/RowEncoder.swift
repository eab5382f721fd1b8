import KeelLanguage
public import KeelModel
import KeelTokenizer

/// Makes examples of rows.
public struct RowEncoder: Sendable {
    /// What happens to an example that is longer than the limit.
    public enum Overlength: String, Codable, Sendable, CaseIterable {
        /// The row is an error.
        case refuse
        /// What goes beyond the limit is cut off, the end of the turn with it.
        case truncate
        /// The example is left out.
        case drop
    }

    private let chat: ChatRenderer
    private let conversations: ConversationEncoder
    private let endToken: Int?
    /// The most tokens of an example.
    public let maxLength: Int
    /// What becomes of a longer one.
    public let overlength: Overlength

    /// - Parameters:
    ///   - language: Whose tokenizer and template are used.
    ///   - maxLength: The most tokens of an example, at least 1; at most the model's window.
    ///   - overlength: What happens to a longer one.
    public init(_ language: LanguageModel, maxLength: Int? = nil, overlength: Overlength = .refuse)
    {
        self.init(
            language.chat, endTokens: language.endTokens,
            window: language.model.configuration.maxPositionEmbeddings, maxLength: maxLength,
            overlength: overlength)
    }

    /// An encoder that needs no weights.
    /// - Parameters:
    ///   - chat: The tokenizer and the template.
    ///   - endTokens: Tokens that end an answer.
    ///   - window: The most tokens that the model reads.
    ///   - maxLength: The most tokens of an example, if fewer.
    ///   - overlength: What happens to a longer one.
    public init(
        _ chat: ChatRenderer, endTokens: Set<Int>, window: Int, maxLength: Int? = nil,
        overlength: Overlength = .refuse
    ) {
        self.chat = chat
        conversations = ConversationEncoder(chat)
        endToken = chat.tokenizer.endOfSequence ?? endTokens.min()
        self.maxLength = max(0, min(maxLength ?? window, window))
        self.overlength = overlength
    }

    /// Examples of a row of supervised fine-tuning.
    public func examples(_ row: SupervisedRow) throws -> [Example] {
        let field: String
        let examples: [Example]
        switch row {
        case .messages(let messages):
            field = "messages"
            examples = try naming(field) { try conversations.examples(messages) }
        case .completion(let prompt, let completion):
            field = "completion"
            examples = try naming(field) { try self.examples(prompt, completion) }
        case .text(let text):
            var example = Example()
            example.append(encoded(text, isStart: true) + end, areTargets: true)
            field = "text"
            examples = [example]
        }
        return try examples.compactMap { try fitted($0, field) }
    }

    /// The two sides of a row of preferences; none when one is left out as too long.
    public func pairs(_ row: PreferenceRow) throws -> [PreferencePair] {
        func side(_ name: String, _ completion: TextOrMessages) throws -> Example? {
            let examples = try naming(name) { try self.examples(row.prompt, completion) }
            guard examples.count == 1, let example = examples.first else {
                throw RowError(
                    field: name, reason: "it must hold one turn of the assistant, not several.")
            }
            return try fitted(example, name)
        }
        guard let chosen = try side("chosen", row.chosen),
            let rejected = try side("rejected", row.rejected)
        else { return [] }
        return [PreferencePair(chosen: chosen, rejected: rejected, probability: row.probability)]
    }

    /// How many tokens the model reads before it answers.
    func count(_ prompt: Prompt, field: String) throws -> Int {
        switch prompt {
        case .text(let text): encoded(text, isStart: true).count
        case .messages(let messages):
            try naming(field) {
                chat.tokenizer.encode(try chat.segments(messages, addGenerationPrompt: true)).count
            }
        }
    }

    private func examples(_ prompt: TextOrMessages, _ completion: TextOrMessages) throws
        -> [Example]
    {
        switch (prompt, completion) {
        case (.messages(let prompt), .messages(let completion)):
            return try conversations.examples(prompt + completion, trainingFrom: prompt.count)
        case (.text(let prompt), .text(let completion)):
            var example = Example()
            example.append(encoded(prompt, isStart: true), areTargets: false)
            example.append(encoded(completion, isStart: false) + end, areTargets: true)
            return [example]
        default:
            throw RowError(field: "prompt", reason: "a row is all text or all messages.")
        }
    }

    private var end: [Int] { endToken.map { [$0] } ?? [] }

    private func encoded(_ text: String, isStart: Bool) -> [Int] {
        chat.tokenizer.encode(text, addingSpecial: isStart)
    }

    private func fitted(_ example: Example, _ field: String) throws -> Example? {
        var example = example
        if example.tokens.count > maxLength {
            switch overlength {
            case .refuse:
                throw RowError(
                    field: field,
                    reason: "it has \(example.tokens.count) tokens, the limit is \(maxLength). "
                        + "Shorten it, raise the limit, or have long rows truncated or dropped.")
            case .drop: return nil
            case .truncate:
                example.tokens.removeLast(example.tokens.count - maxLength)
                example.isTarget.removeLast(example.isTarget.count - maxLength)
            }
        }
        guard example.targetCount > 0 else {
            if overlength == .truncate { return nil }
            throw RowError(field: field, reason: "there is no token in it to train on.")
        }
        return example
    }

    private func naming<Result>(_ field: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as RowError {
            throw error
        } catch {
            throw RowError(field: field, reason: "\(error)")
        }
    }
}
