public import KeelModel

/// Watches training: reads activations while the model runs, and numbers after each step.
public protocol TrainingObserver: AnyObject {
    /// Adds actions on activations of a step's forward passes.
    /// - Parameters:
    ///   - hooks: Where they are added.
    ///   - step: Counted from 0.
    func addHooks(to hooks: inout Hooks, step: Int)

    /// Prepares a step's forward passes; adds hooks, unless an observer wants more.
    func prepare(_ pass: inout ForwardPass, step: Int)

    /// Is called once before the first step that is run.
    /// - Parameter step: Steps done before; not 0 where a run goes on.
    /// - Throws: Ends training with this error.
    func willTrain(from step: Int) throws

    /// Is called after each step, on the model's thread.
    /// - Parameter report: May be added to; what is added goes into the metrics.
    /// - Returns: Whether training goes on.
    /// - Throws: Ends training with this error, after a checkpoint.
    func didStep(_ report: inout StepReport) throws -> Bool

    /// What has to be in a checkpoint, so that a run which goes on is watched as if it had never stopped.
    ///
    /// Finite numbers, by names that no other observer has.
    var saved: [String: [Double]] { get }

    /// Goes on from what was saved, by this observer and by others, at a step.
    func restore(_ saved: [String: [Double]], step: Int) throws
}

extension TrainingObserver {
    public func addHooks(to hooks: inout Hooks, step: Int) {}
    public func prepare(_ pass: inout ForwardPass, step: Int) {
        addHooks(to: &pass.hooks, step: step)
    }
    public func willTrain(from step: Int) throws {}
    public func didStep(_ report: inout StepReport) throws -> Bool { true }
    public var saved: [String: [Double]] { [:] }
    public func restore(_ saved: [String: [Double]], step: Int) throws {}
}

/// What one step was like.
public struct StepReport: Hashable, Sendable {
    /// Steps done, this one included.
    public var step: Int
    /// Of the whole run.
    public var totalSteps: Int
    /// Passes over the data, this step included.
    public var epoch: Double
    /// Tokens read so far.
    public var tokens: Int
    /// Tokens read a second in this step.
    public var tokensPerSecond: Double
    /// Seconds of this step: sampling, forward, backward and update, without what observers do after it.
    public var seconds: Double
    /// Seconds that the rest will take, as fast as it went so far.
    public var secondsLeft: Double
    /// By the names of TRL: `loss`, `grad_norm`, `learning_rate` and what the method reports.
    public var metrics: [String: Double]
    /// What the schedule's learning rate is multiplied by from the next step on; an observer may change
    /// it.
    public var rateFactor = 1.0

    /// Whether what is done every so many steps, and after the last one, is to be done now.
    package func isDue(every steps: Int) -> Bool {
        step.isMultiple(of: steps) || step == totalSteps
    }
}
