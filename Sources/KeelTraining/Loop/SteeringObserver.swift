public import KeelModel

/// Pushes the residual stream along a direction while a model is trained, so that the weights need not
/// learn to go there (preventative steering, Chen 2025).
public final class SteeringObserver: TrainingObserver {
    private let steering: [Steering]

    /// - Parameter steering: Acts on all tokens of each step's forward passes; not in evaluations.
    public init(_ steering: [Steering]) {
        self.steering = steering
    }

    public func addHooks(to hooks: inout Hooks, step: Int) {
        for one in steering { hooks.steer(one) }
    }
}
