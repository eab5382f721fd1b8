public import KeelModel

/// Watches training: reads activations while the model runs, and numbers after each step.
public protocol TrainingObserver: AnyObject {
    /// Adds actions on activations of a step's forward passes.
    /// - Parameters:
    ///   - hooks: Where they are added.
    ///   - step: Counted from 0.
    func addHooks(to hooks: inout Hooks, step: Int)

    /// Is called after each step, on the model's thread.
    /// - Parameter report: May be added to; what is added goes into the metrics.
    /// - Returns: Whether training goes on.
    /// - Throws: Ends training with this error, after a checkpoint.
    func didStep(_ report: inout StepReport) throws -> Bool
}

extension TrainingObserver {
    public func addHooks(to hooks: inout Hooks, step: Int) {}
    public func didStep(_ report: inout StepReport) throws -> Bool { true }
}

/// What one step was like.
public struct StepReport: Hashable, Sendable {
    /// Steps done, this one included.
    public var step: Int
    public var totalSteps: Int
    /// Passes over the data, this step included.
    public var epoch: Double
    /// Tokens read so far.
    public var tokens: Int
    /// Tokens read a second in this step.
    public var tokensPerSecond: Double
    /// Seconds that the rest will take, as fast as it went so far.
    public var secondsLeft: Double
    /// By the names of TRL: `loss`, `grad_norm`, `learning_rate` and what the method reports.
    public var metrics: [String: Double]
}
