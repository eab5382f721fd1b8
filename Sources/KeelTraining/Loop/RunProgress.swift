/// How far a run is.
public struct RunProgress: Hashable, Sendable, Codable {
    /// Optimiser steps done.
    public var step = 0
    /// Tokens read by this process.
    public var tokens = 0
    /// Time in steps.
    public var seconds = 0.0
    /// The least evaluation so far: its loss, or minus its reward.
    public var bestEvaluation: Double?
    /// Evaluations since then.
    public var evaluationsWithoutGain = 0
    /// Whether an observer or the evaluation ended training.
    public var hasEndedEarly = false
    /// What an observer has the learning rate multiplied by; nil for 1.
    public var rateFactor: Double?
    /// What observers keep, in checkpoints only.
    var observed: [String: [Double]]?

    public init() {}

    mutating func noteEvaluation(_ value: Double, patience: Int?) {
        if value < bestEvaluation ?? .infinity {
            bestEvaluation = value
            evaluationsWithoutGain = 0
        } else {
            evaluationsWithoutGain += 1
            if let patience, evaluationsWithoutGain >= patience { hasEndedEarly = true }
        }
    }
}
