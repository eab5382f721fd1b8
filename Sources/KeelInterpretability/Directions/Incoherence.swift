import KeelLanguage
public import KeelModel

/// Tells incoherent answers from the model's usual ones, without a judge.
///
/// An answer is incoherent when it surprises the unsteered model more than every usual answer does, or
/// repeats itself more than every usual answer. So of `n` usual answers to the same questions, drawn
/// anew, about `2 / (n + 1)` would count as incoherent by chance at most; the limit is not chosen.
public struct Incoherence: Hashable, Sendable {
    /// Nats per token of the most surprising usual answer.
    public let surprise: Double
    /// Share of runs of four tokens that stood there before, of the most repetitive usual answer.
    public let repetition: Double
    /// Usual answers that this rests on.
    public let answers: Int

    /// - Parameters:
    ///   - language: The unsteered model.
    ///   - prompts: Tokens of each question.
    ///   - usual: Its answers to each, unsteered.
    /// - Throws: `InterpretabilityError.unsupported` where every answer is empty; `TensorError`.
    public init(_ language: LanguageModel, prompts: [[Int]], usual: [[[Int]]]) throws {
        let marks = try AnswerMark.marks(language, prompts: prompts, answers: usual)
            .flatMap(\.self).filter { $0.surprise != nil }
        guard let surprise = marks.compactMap(\.surprise).max(),
            let repetition = marks.map(\.repetition).max()
        else {
            throw InterpretabilityError.unsupported(
                "The model gives only empty answers, so none can be told from its usual ones.")
        }
        self.surprise = surprise
        self.repetition = repetition
        answers = marks.count
    }

    /// Whether each answer is incoherent; an empty answer is.
    public func areIncoherent(
        _ answers: [[[Int]]], to prompts: [[Int]], of language: LanguageModel
    ) throws -> [[Bool]] {
        try AnswerMark.marks(language, prompts: prompts, answers: answers).map { row in
            row.map { mark in
                guard let found = mark.surprise else { return true }
                return found > surprise || mark.repetition > repetition
            }
        }
    }
}
