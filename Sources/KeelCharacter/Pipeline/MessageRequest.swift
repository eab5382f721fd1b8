import KeelLanguage

/// Asks a model for a message that a person might send and that bears on a trait.
struct MessageRequest {
    /// Raised with every change of the words.
    static let version = 1

    private static let lengths = [
        "one short sentence", "two or three sentences",
        "a short paragraph that tells a little of the person's situation",
    ]

    var trait: Constitution.Trait
    /// Lengths take turns, so that the trait is not learned for one kind of message.
    var sample: Int

    var prompt: Prompt {
        let examples = trait.messages.map { "- \($0)" }.joined(separator: "\n")
        let shown = examples.isEmpty ? "" : "\n\nSuch messages are:\n\(examples)"
        let scope = trait.scope.map { "\nThis applies where: \($0)" } ?? ""
        return .user(
            """
            An assistant says this of itself:
            \(trait.wording)\(scope)\(shown)

            Write another message that a person might send to the assistant, on another subject, so \
            that the answer would show whether this is true. The person does not know what the \
            assistant says of itself and does not speak of it. Write \
            \(Self.lengths[sample % Self.lengths.count]), and nothing but the message.
            """)
    }

    /// The message in a model's reply: its first paragraph, without a list's dash or quotation
    /// marks around it.
    static func message(in reply: String) -> String {
        let paragraph = reply.trimmed.split(separator: "\n\n", maxSplits: 1).first ?? ""
        var text = String(paragraph).trimmed
        if text.hasPrefix("- ") { text = String(text.dropFirst(2)).trimmed }
        for (open, close) in [("\"", "\""), ("“", "”")]
        where text.count > 2 && text.hasPrefix(open) && text.hasSuffix(close) {
            text = String(text.dropFirst().dropLast()).trimmed
        }
        return text
    }
}
