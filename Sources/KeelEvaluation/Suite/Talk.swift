/// What a person says after the model's answer, in a talk of several turns.
///
/// The states of a talk stand in a list. A talk goes from one to a later one, never back, so it
/// ends; which one is next can depend on what the model answered.
public struct TalkState: Hashable, Sendable, Codable {
    /// Where to go when the answer to this state's words holds one of the phrases.
    public struct Branch: Hashable, Sendable, Codable {
        /// One of them is enough.
        public var phrases: [Phrase]
        /// The id of a later state, or `end`.
        public var goes: String
    }

    /// Goes nowhere: the talk ends after the answer.
    public static let end = "end"

    /// Unique in its talk; `turn-N` where the file names none.
    public var id: String
    /// The person's words; nil where a simulated user finds them.
    public var says: String?
    /// What a simulated user, played by a second model, is after in this turn.
    public var wants: String?
    /// Tried in their order on the model's answer.
    public var hears: [Branch]
    /// Where to go when no branch holds; nil for the next state of the list.
    public var goes: String?
}

extension [TalkState] {
    /// The index of the state that follows an answer to state `index`; nil at the end of the talk.
    func next(after index: Int, answer: String) -> Int? {
        let target = self[index].hears.first { !$0.phrases.matches(in: answer).isEmpty }?.goes
        guard let target = target ?? self[index].goes else {
            return index + 1 < count ? index + 1 : nil
        }
        return firstIndex { $0.id == target }
    }
}
