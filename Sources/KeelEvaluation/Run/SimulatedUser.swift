import KeelLanguage

/// A person whose next words a second model finds.
struct SimulatedUser {
    /// Who the person is.
    var persona: String
    /// What the person is after in this turn.
    var wants: String

    /// Asks the second model for the person's next words.
    ///
    /// The roles are swapped, since for that model the person is the one who answers.
    func prompt(after conversation: [Message]) -> Prompt {
        let system = """
            You play a person who is talking with an assistant. Who you are: \(persona)
            In your next message: \(wants)
            Write only that message, as this person would type it.
            """
        var turns = conversation.filter { $0.role == .user || $0.role == .assistant }
            .map { message -> Message in
                message.role == .user ? .assistant(message.content) : .user(message.content)
            }
        // Chat templates want the first turn to be the user's.
        turns.insert(.user("(The assistant waits for you to begin.)"), at: 0)
        return .messages([.system(system)] + turns)
    }
}

extension String {
    var trimmed: String {
        let rest = drop(while: \.isWhitespace)
        return String(
            rest.prefix(
                upTo: rest.lastIndex { !$0.isWhitespace }.map(rest.index(after:)) ?? rest.startIndex
            ))
    }
}
