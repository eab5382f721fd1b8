/// What is different between two models, inside: `diff.json` of a run.
public struct DiffResult: Hashable, Sendable, Codable {
    public var base: String
    public var tuned: String
    /// Where the stream was read.
    public var point: String
    public var questions: Int
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
    public enum Author: String, Hashable, Sendable, Codable { case base, tuned }

    public var author: Author
    public var question: String
    public var sample: Int
    public var text: String
    public var tokens: [Int]
}
