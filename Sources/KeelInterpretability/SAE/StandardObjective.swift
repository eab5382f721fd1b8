import KeelTensor

/// `‖x - x̂‖² + λ Σ f_i`, decoder rows having length 1 (Bricken 2023).
///
/// λ rises from 0 over the first twentieth of training, so that latents do not die at once.
struct StandardObjective: SAEObjective {
    var sparsity: Double

    func loss(_ x: Tensor, _ weights: SAEWeights, progress: Double) throws -> SAELoss {
        let pre = try weights.preActivations(x)
        let f = try pre.relu()
        let reconstruction = try f.matmul(weights.decoder) + weights.decoderBias
        let weight = sparsity * min(1, progress * 20)
        return SAELoss(
            terms: [
                ("mse", try SAELoss.squaredError(x, reconstruction)),
                ("l1", try f.sum() * (weight / Double(x.size(0)))),
            ], reconstruction: reconstruction,
            activeCounts: try (pre.detached() .> 0).to(.float32).sum(0),
            preActivations: try pre.detached())
    }

    func activation(scale: Double) -> any SAEActivation { StandardActivation() }
}
