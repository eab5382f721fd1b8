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
        let marks = try Self.marks(language, prompts: prompts, answers: usual).flatMap(\.self)
            .compactMap(\.self)
        guard let surprise = marks.map(\.surprise).max(),
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
        try Self.marks(language, prompts: prompts, answers: answers).map { row in
            row.map { mark in
                mark.map { $0.surprise > surprise || $0.repetition > repetition } ?? true
            }
        }
    }

    private struct Mark {
        var surprise: Double
        var repetition: Double
    }

    private static func marks(
        _ language: LanguageModel, prompts: [[Int]], answers: [[[Int]]]
    ) throws -> [[Mark?]] {
        let passages = zip(prompts, answers).flatMap { prompt, answers in
            answers.map { Passage(tokens: prompt + $0, answerStart: prompt.count) }
        }
        var losses = try AnswerLogProbabilities.values(of: passages, language.model)[...]
        return answers.map { row in
            row.map { answer in
                guard let values = losses.popFirst(), !values.isEmpty else { return nil }
                return Mark(
                    surprise: -values.reduce(0, +) / Double(values.count),
                    repetition: repetition(answer))
            }
        }
    }

    /// Share of runs of four tokens that have stood in the answer before.
    static func repetition(_ tokens: [Int]) -> Double {
        guard tokens.count >= 4 else { return 0 }
        let runs = (0...tokens.count - 4).map { Array(tokens[$0..<$0 + 4]) }
        return 1 - Double(Set(runs).count) / Double(runs.count)
    }
}
