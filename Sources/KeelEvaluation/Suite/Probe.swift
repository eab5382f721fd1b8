public import KeelLanguage

/// One question to a model, and what is looked for in its answer.
public struct Probe: Hashable, Sendable, Codable {
    /// Unique within the suite.
    public var id: String
    /// What it shares with other probes, such as a stem or a topic; errors are clustered on it.
    public var cluster: String
    /// A system prompt that belongs to the question.
    public var system: String?
    /// The conversation, which ends with a turn of the user.
    public var messages: [Message]
    /// Written continuations that show the behaviour.
    public var good: [String]
    /// Written continuations that show the opposite, like the good ones in length and style.
    public var bad: [String]
    /// Phrases that show the behaviour in a sampled answer.
    public var behaviour: [Phrase]
    /// Phrases that show the opposite in a sampled answer.
    public var opposite: [Phrase]
    /// The id of the probe that this one mirrors, in the same cluster.
    public var mirrors: String?

    var hasRule: Bool { !behaviour.isEmpty || !opposite.isEmpty }

    /// The conversation as a model is asked it.
    ///
    /// - Parameter system: The run's system prompt, which comes before the probe's own.
    /// - Returns: The prompt, without a system message where there is none.
    public func prompt(system: String?) -> Prompt {
        let parts = [system, self.system].compactMap(\.self)
        return .messages(messages).withSystem(
            parts.isEmpty ? nil : parts.joined(separator: "\n\n"))
    }
}
