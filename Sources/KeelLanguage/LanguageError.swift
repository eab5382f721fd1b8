/// What can be wrong with a request to a model, before any engine sees it.
public enum LanguageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// An option is out of its range; `expected` completes "it must be".
    case invalidOption(field: String, value: String, expected: String)
    /// The name of a model means nothing, or something that cannot be done with it.
    case invalidReference(String, reason: String)
    /// A model that was asked for one answer gave none.
    case noAnswer(model: String)
    /// A prompt and its answer do not fit the model's window, both in tokens.
    case tooLong(tokens: Int, limit: Int)
    /// The model's chat template does not take the messages.
    case refused(String)

    public var description: String {
        switch self {
        case .invalidOption(let field, let value, let expected):
            "\(field) is \(value); it must be \(expected)."
        case .invalidReference(let reference, let reason):
            "\"\(reference)\" is not a model reference: \(reason)."
        case .noAnswer(let model):
            "\(model) gave no answer; the address or the script behind it returned an empty list."
        case .tooLong(let tokens, let limit):
            "The prompt has \(tokens) tokens; the model's window is \(limit). Shorten the prompt."
        case .refused(let reason): reason
        }
    }
}
