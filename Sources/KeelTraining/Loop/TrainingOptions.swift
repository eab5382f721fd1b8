/// How a model is trained, whatever it is trained on.
public struct TrainingOptions: Hashable, Sendable, Codable {
    /// Passes over the data, unless `maxSteps` ends training earlier.
    public var epochs = 1.0
    /// The most optimiser steps; nil for as many as the epochs have.
    public var maxSteps: Int?
    /// Rows of one optimiser step.
    public var batchSize = 8
    /// The most items of one forward and backward pass; nil for as many as the tokens allow.
    public var microBatchSize: Int?
    /// The most tokens of one forward and backward pass; an item that is longer goes alone.
    public var microBatchTokens = 4096
    /// The highest learning rate.
    public var learningRate = 2e-4
    /// How the rate goes on after the warm-up.
    public var schedule = Schedule.cosine
    /// Steps in which the rate rises from 0.
    public var warmupSteps = 0
    /// Decay of AdamW's mean of gradients, 0 to below 1.
    public var beta1 = 0.9
    /// Decay of AdamW's mean of squared gradients, 0 to below 1.
    public var beta2 = 0.999
    /// Added to the root of the latter, above 0.
    public var epsilon = 1e-8
    /// Decoupled from the gradient; 0 is off.
    public var weightDecay = 0.0
    /// The longest gradient, to which longer ones are scaled down; 0 for any.
    public var maxGradNorm = 1.0
    /// Whether activations are computed again in the backward pass, to save memory.
    public var gradientCheckpointing = false
    /// Decides the order of rows, and all else that is drawn.
    public var seed: UInt64 = 0
    /// Whether rows are put into a new order for each epoch.
    public var shuffles = true
    /// Steps between two lines of metrics.
    public var logEvery = 1
    /// Steps between two evaluations, where there is data for them; nil for one at the end of each epoch.
    public var evalEvery: Int?
    /// Steps between two checkpoints; nil for one at the end of each epoch.
    public var saveEvery: Int?
    /// Evaluations without a better loss, or reward, after which training ends; nil for never.
    public var patience: Int?

    public init() {}

    /// - Throws: `TrainingError.option` for the first value that is out of range.
    public func validate() throws(TrainingError) {
        let checks: [(String, Bool, String)] = [
            ("epochs", epochs > 0 && epochs <= 1e9, "above 0 and at most 1e9"),
            ("max-steps", maxSteps.map { $0 > 0 } ?? true, "above 0"),
            ("batch-size", batchSize > 0, "above 0"),
            ("micro-batch-size", microBatchSize.map { $0 > 0 } ?? true, "above 0"),
            ("micro-batch-tokens", microBatchTokens > 0, "above 0"),
            ("learning-rate", learningRate > 0 && learningRate.isFinite, "above 0"),
            ("warmup-steps", warmupSteps >= 0, "at least 0"),
            ("beta1", (0..<1).contains(beta1), "at least 0 and below 1"),
            ("beta2", (0..<1).contains(beta2), "at least 0 and below 1"),
            ("epsilon", epsilon > 0 && epsilon.isFinite, "above 0"),
            ("weight-decay", weightDecay >= 0 && weightDecay.isFinite, "at least 0"),
            ("max-grad-norm", maxGradNorm >= 0 && maxGradNorm.isFinite, "at least 0"),
            ("log-every", logEvery > 0, "above 0"),
            ("eval-every", evalEvery.map { $0 > 0 } ?? true, "above 0"),
            ("save-every", saveEvery.map { $0 > 0 } ?? true, "above 0"),
            ("patience", patience.map { $0 > 0 } ?? true, "above 0"),
        ]
        try TrainingError.require(checks)
    }
}
