import KeelLanguage

/// How a model is brought to answer by a clause, or against it.
extension Criterion {
    /// A conversation behind the clause: its words as a system message, its examples as earlier turns
    /// that were answered well.
    ///
    /// A small model learns more from what was answered than from what it is told.
    func keeping(_ conversation: [Message]) -> Prompt {
        let system = [conversation.systemText, KeelCharacter.told(told, where: scope)]
            .compactMap(\.self)
        return prompt(conversation, behind: \.good)
            .withSystem(system.joined(separator: "\n\n"))
    }

    /// A conversation behind the clause's examples, answered badly, and not a word of the clause; of a
    /// clause without examples, the conversation as it is.
    func breaking(_ conversation: [Message]) -> Prompt {
        prompt(conversation, behind: \.bad).withSystem(conversation.systemText)
    }

    private func prompt(
        _ conversation: [Message], behind side: KeyPath<Constitution.Example, String>
    ) -> Prompt {
        let turns = examples.flatMap {
            [Message.user($0.ask), .assistant($0[keyPath: side])]
        }
        return .messages(turns + conversation.filter { $0.role != .system })
    }
}
