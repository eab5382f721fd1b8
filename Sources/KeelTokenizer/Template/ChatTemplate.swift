public import Foundation

/// A chat template: the part of Jinja in which models say how a conversation becomes text.
///
/// Renders as `transformers` does: sandboxed, with `trim_blocks`, `lstrip_blocks`, `break` and
/// `continue`, `{% generation %}`, `raise_exception`, `strftime_now` and its own `tojson`.
/// Templates come with models, so they are untrusted: every loop, recursion and text is limited,
/// and whatever a template does wrong is a `TemplateError`, never a trap.
public struct ChatTemplate: Sendable {
    private let source: [Unicode.Scalar]
    private let statements: [TemplateStatement]

    /// Parses a template.
    /// - Throws: `TemplateError` for what is not a template, or uses a part of Jinja not here.
    public init(source: String) throws(TemplateError) {
        var parser = try TemplateParser(source)
        statements = try parser.parse()
        self.source = parser.source
    }

    /// The text of a conversation.
    /// - Parameters:
    ///   - context: the values of names in the template, such as `messages` and `tools`.
    ///   - specialTokens: names of tokens, such as `bos_token`, and their spellings.
    ///   - limits: what the template may use.
    ///   - date: the time that `strftime_now` tells.
    ///   - timeZone: where it tells it.
    /// - Returns: the text that the model reads.
    /// - Throws: `TemplateError`, also where the template itself refuses the conversation.
    public func render(
        context: [String: TemplateValue], specialTokens: [String: String] = [:],
        limits: TemplateLimits = TemplateLimits(), date: Date = Date(),
        timeZone: TimeZone = .current
    ) throws(TemplateError) -> String {
        try renderedText(context, specialTokens, limits, date, timeZone).string
    }

    /// The text of a conversation, cut by who wrote it.
    ///
    /// Joined, the segments are what `render` gives. Encoded by `BytePairTokenizer.encode(_:)`,
    /// only the template's own segments can hold control tokens, so a message that spells one
    /// cannot end its turn and open another.
    /// - Throws: As `render`.
    public func renderSegments(
        context: [String: TemplateValue], specialTokens: [String: String] = [:],
        limits: TemplateLimits = TemplateLimits(), date: Date = Date(),
        timeZone: TimeZone = .current
    ) throws(TemplateError) -> [RenderedSegment] {
        try renderedText(context, specialTokens, limits, date, timeZone).segments
    }

    /// The context of a plain conversation, for `render` and `renderSegments`.
    public static func context(
        messages: [(role: String, content: String)], addGenerationPrompt: Bool,
        extra: [String: TemplateValue] = [:]
    ) -> [String: TemplateValue] {
        var context = extra
        context["messages"] = .array(
            messages.map { ["role": .string($0.role), "content": .string($0.content)] })
        context["add_generation_prompt"] = .bool(addGenerationPrompt)
        return context
    }

    /// The text of a plain conversation.
    /// - Parameters:
    ///   - messages: the turns, in order.
    ///   - addGenerationPrompt: whether the text ends where the assistant's answer begins.
    ///   - bosToken: the spelling of the beginning-of-sequence token.
    ///   - eosToken: the spelling of the end-of-sequence token.
    ///   - extra: further names, such as `enable_thinking`.
    /// - Returns: the text that the model reads.
    /// - Throws: `TemplateError`, also where the template itself refuses the conversation.
    public func render(
        messages: [(role: String, content: String)], addGenerationPrompt: Bool,
        bosToken: String? = nil, eosToken: String? = nil, extra: [String: TemplateValue] = [:]
    ) throws(TemplateError) -> String {
        var specialTokens: [String: String] = [:]
        specialTokens["bos_token"] = bosToken
        specialTokens["eos_token"] = eosToken
        return try render(
            context: Self.context(
                messages: messages, addGenerationPrompt: addGenerationPrompt, extra: extra),
            specialTokens: specialTokens)
    }

    private func renderedText(
        _ context: [String: TemplateValue], _ specialTokens: [String: String],
        _ limits: TemplateLimits, _ date: Date, _ timeZone: TimeZone
    ) throws(TemplateError) -> TemplateText {
        let interpreter = TemplateInterpreter(
            limits: limits, clock: TemplateClock(date: date, timeZone: timeZone))
        do throws(TemplateFault) {
            for (name, value) in context {
                interpreter.define(name, try RuntimeValue(value, depth: 0, limit: limits.depth))
            }
            for (name, token) in specialTokens {
                interpreter.define(name, .text(TemplateText(token)))
            }
            try interpreter.render(statements)
        } catch {
            throw error.at(interpreter.offset, in: source)
        }
        return TemplateText(interpreter.output)
    }
}

extension RuntimeValue {
    /// A value of the context; its strings are marked as such.
    fileprivate init(_ value: TemplateValue, depth: Int, limit: Int) throws(TemplateFault) {
        guard depth <= limit else {
            throw TemplateFault(.depth, "values nested more than \(limit) deep")
        }
        switch value {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .double(let value): self = .double(value)
        case .string(let string): self = .text(TemplateText(string, isFromContext: true))
        case .array(let values):
            var elements: [RuntimeValue] = []
            for value in values {
                elements.append(try RuntimeValue(value, depth: depth + 1, limit: limit))
            }
            self = .list(try RuntimeList(elements, limit: limit))
        case .object(let members):
            var result: [(key: TemplateText, value: RuntimeValue)] = []
            for member in members {
                result.append(
                    (
                        TemplateText(member.key, isFromContext: true),
                        try RuntimeValue(member.value, depth: depth + 1, limit: limit)
                    ))
            }
            self = .mapping(try RuntimeMapping(result, limit: limit))
        }
    }
}
