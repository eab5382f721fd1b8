/// A stretch of rendered chat that comes from one side of the template.
public struct RenderedSegment: Equatable, Sendable {
    /// Who wrote a stretch of text.
    public enum Origin: Sendable {
        /// The template, or one of the model's own special tokens: may hold control tokens.
        case template
        /// A value the template was given, such as a message: is only text.
        case context
    }

    /// As it stands in the whole text.
    public let text: String
    /// Who wrote it, which decides whether it may hold control tokens.
    public let origin: Origin

    public init(text: String, origin: Origin) {
        self.text = text
        self.origin = origin
    }
}
