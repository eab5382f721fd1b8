/// What a model is asked to continue.
public enum Prompt: Hashable, Sendable {
    /// A conversation, rendered by the model's own chat template up to the start of the next answer.
    case messages([Message])
    /// Raw text, tokenized as it stands.
    case text(String)

    /// A conversation of one user turn.
    public static func user(_ content: String) -> Prompt { .messages([.user(content)]) }

    /// The same prompt with `system` as its system message.
    ///
    /// An existing system message is replaced. Raw text has no system message and is returned as it is.
    public func withSystem(_ system: String?) -> Prompt {
        guard let system, case .messages(let messages) = self else { return self }
        return .messages([.system(system)] + messages.filter { $0.role != .system })
    }
}
