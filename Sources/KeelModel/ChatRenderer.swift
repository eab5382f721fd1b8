public import KeelLanguage
public import KeelTokenizer

/// Turns conversations into text, as a model was taught to read them.
public struct ChatRenderer: Sendable {
    public let template: ChatTemplate
    public let tokenizer: BytePairTokenizer

    public init(template: ChatTemplate, tokenizer: BytePairTokenizer) {
        self.template = template
        self.tokenizer = tokenizer
    }

    /// The text of a conversation, cut by who wrote it.
    /// - Parameters:
    ///   - messages: The turns, in order.
    ///   - addGenerationPrompt: Whether the text ends where the assistant's answer begins.
    /// - Returns: Segments to be encoded by the tokenizer.
    /// - Throws: `TemplateError` when the template refuses the messages.
    public func segments(_ messages: [Message], addGenerationPrompt: Bool) throws(TemplateError)
        -> [RenderedSegment]
    {
        var special: [String: String] = [:]
        special["bos_token"] = tokenizer.beginningOfSequence.flatMap(tokenizer.token)
        special["eos_token"] = tokenizer.endOfSequence.flatMap(tokenizer.token)
        return try template.renderSegments(
            context: ChatTemplate.context(
                messages: messages.map { (role: $0.role.rawValue, content: $0.content) },
                addGenerationPrompt: addGenerationPrompt),
            specialTokens: special)
    }
}
