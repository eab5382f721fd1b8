import KeelTensor

/// What one architecture adds to training: its loss, and what it becomes.
protocol SAEObjective {
    /// Parameters of its own, beside the weights.
    var parameters: [(name: String, value: Tensor)] { get }
    /// State that is no parameter, but that the next step depends on.
    var state: [(name: String, value: Tensor)] { get }

    /// The loss of a batch, recorded for gradients.
    /// - Parameters:
    ///   - x: `[B, C]`.
    ///   - weights: What is trained.
    ///   - progress: Share of all steps that are done, 0 ..< 1.
    /// - Returns: The loss and what it was made of.
    /// - Throws: `TensorError`.
    func loss(_ x: Tensor, _ weights: SAEWeights, progress: Double) throws -> SAELoss

    /// What is used after training.
    /// - Parameter scale: What activations were multiplied by; thresholds are given without it.
    /// - Returns: The architecture's activation.
    /// - Throws: `TensorError`.
    func activation(scale: Double) throws -> any SAEActivation
}

extension SAEObjective {
    var parameters: [(name: String, value: Tensor)] { [] }
    var state: [(name: String, value: Tensor)] { [] }
}

/// A batch's loss and what it was made of.
struct SAELoss {
    /// Terms by name; the loss is their sum.
    var terms: [(name: String, value: Tensor)]
    /// `[B, C]`.
    var reconstruction: Tensor
    /// How many tokens each latent was active on: `[S]`, float32.
    var activeCounts: Tensor
    /// Pre-activations of all latents, not recorded for gradients: `[B, S]`.
    var preActivations: Tensor

    /// `Σ‖x - x̂‖² / B`.
    static func squaredError(_ x: Tensor, _ reconstruction: Tensor) throws -> Tensor {
        try (x - reconstruction).square().sum() / Double(x.size(0))
    }
}
