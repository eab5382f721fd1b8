/// What suites ask, so that messages which nearly ask it are not trained on.
public struct EvaluationQuestions: Sendable {
    private let questions: [Set<String>]

    /// Shorter messages are of words that stand in many questions.
    private static let fewestWords = 4

    /// - Parameter texts: All that the suites' persons say.
    public init(_ texts: [String]) { questions = texts.map { Words($0).distinct } }

    /// Whether more than three quarters of a message's words stand in one question.
    ///
    /// Words are compared, not meanings, and messages of fewer than four words are passed over.
    public func nearlyAsk(_ message: String) -> Bool {
        let words = Words(message).distinct
        guard words.count >= Self.fewestWords else { return false }
        return questions.contains { 4 * words.intersection($0).count > 3 * words.count }
    }
}
