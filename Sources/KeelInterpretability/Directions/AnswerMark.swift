public import KeelModel
import KeelStatistics

/// How far an answer is from what the unsteered model says, without a judge and without a limit.
///
/// `Incoherence` sets limits on both numbers, where a model's usual answers are there to set them.
public struct AnswerMark: Hashable, Sendable, Codable {
    /// Mean of the unsteered model's negative log-probabilities of the answer's tokens, nats per token;
    /// nil for an empty answer.
    public var surprise: Double?
    /// Share of runs of four tokens that stood in the answer before, from 0 to 1.
    public var repetition: Double

    public init(surprise: Double?, repetition: Double) {
        self.surprise = surprise
        self.repetition = repetition
    }

    /// Marks answers, some thousand tokens in one pass.
    /// - Parameters:
    ///   - language: The unsteered model.
    ///   - prompts: Tokens of each question.
    ///   - answers: Tokens of the answers to each.
    /// - Returns: A mark for each answer to each question.
    /// - Throws: `TensorError`; `CancellationError`.
    public static func marks(
        _ language: LanguageModel, prompts: [[Int]], answers: [[[Int]]]
    ) throws -> [[AnswerMark]] {
        let passages = zip(prompts, answers).flatMap { prompt, answers in
            answers.map { Passage(tokens: prompt + $0, answerStart: prompt.count) }
        }
        var logprobs = try AnswerLogProbabilities.values(of: passages, language.model)[...]
        return answers.map { row in
            row.map { answer in
                let values = logprobs.popFirst() ?? []
                return AnswerMark(
                    surprise: values.isEmpty
                        ? nil : -values.reduce(0, +) / Double(values.count),
                    repetition: RepeatedRuns.share(of: answer))
            }
        }
    }

    /// Marks of many answers, told in two means.
    public struct Summary: Hashable, Sendable, Codable {
        /// All of them, those without a token too.
        public var answers: Int
        /// Answers without a single token; they are in neither mean.
        public var empty: Int
        /// Mean surprise, nats per token; nil where there are too few questions for an interval.
        public var surprise: MeasuredValue?
        /// Mean repetition, from 0 to 1; nil where there are too few questions for an interval.
        public var repetition: MeasuredValue?

        /// - Parameters:
        ///   - marks: Those of the answers.
        ///   - questions: What each is an answer to; intervals are clustered by it.
        public init(_ marks: [AnswerMark], questions: [some Hashable]) {
            let written = zip(marks, questions).filter { $0.0.surprise != nil }
            let labels = written.map(\.1)
            func mean(_ values: [Double]) -> MeasuredValue? {
                (try? ClusteredSample(values, labels: labels).mean()).map { MeasuredValue($0) }
            }
            answers = marks.count
            empty = marks.count - written.count
            surprise = mean(written.compactMap(\.0.surprise))
            repetition = mean(written.map(\.0.repetition))
        }
    }
}
