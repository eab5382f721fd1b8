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
    /// What the person says after the first answer, and so on; empty where there is one answer.
    public var talk: [TalkState]
    /// Who a simulated user is, for a talk with a state that `wants` something.
    public var persona: String?
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

    /// Whether a second model has to play the user.
    public var needsUser: Bool { talk.contains { $0.wants != nil } }

    /// The conversation as a model is asked it.
    ///
    /// - Parameters:
    ///   - system: The run's system prompt, which comes before the probe's own.
    ///   - talk: What was said after the probe's messages.
    /// - Returns: The prompt, without a system message where there is none.
    public func prompt(system: String?, talk: [Message] = []) -> Prompt {
        let parts = [system, self.system].compactMap(\.self)
        return .messages(messages + talk).withSystem(
            parts.isEmpty ? nil : parts.joined(separator: "\n\n"))
    }
}
