/// What is different between two models, inside: `diff.json` of a run.
public struct DiffResult: Hashable, Sendable, Codable {
    /// The model that is compared with, as it was asked for.
    public var base: String
    /// The model that was tuned, as it was asked for.
    public var tuned: String
    /// Where the stream was read.
    public var point: String
    /// Of all domains.
    public var questions: Int
    /// Of both models together, read by both.
    public var answers: Int
    /// Median length of the base model's stream over its answers.
    public var medianLength: Double
    /// Length of the mean difference of the streams, in median lengths.
    public var difference: Double
    /// All latents, the largest increase first.
    public var latents: [LatentChange]
    /// What tells answers apart on domains it was not found on.
    public var holdout: [DomainHoldout]
    /// Steering along the ends of the ranking, the mean difference and a random direction.
    public var curves: [SteeringCurve]
}

/// An answer of one of the models: a line of `answers.jsonl`.
public struct DiffAnswer: Hashable, Sendable, Codable {
    /// Which of the two models wrote it.
    public enum Author: String, Hashable, Sendable, Codable { case base, tuned }

    public var author: Author
    /// Id of the question.
    public var question: String
    /// Number of the answer to its question, from 0.
    public var sample: Int
    public var text: String
    /// Ids, as the author wrote them.
    public var tokens: [Int]
}
