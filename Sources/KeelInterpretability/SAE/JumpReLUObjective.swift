import Foundation
import KeelTensor

/// `‖x - x̂‖² + λ ‖f‖₀` with a trained threshold for each latent (Rajamanoharan 2024).
///
/// Neither the jump nor the count has a gradient in the threshold θ that is of use, so pseudo-
/// derivatives stand for them (eqs. 11 and 12): `-θ/ε K((z-θ)/ε)` and `-1/ε K((z-θ)/ε)`, K being 1 on
/// -1/2 ... 1/2. λ rises as in the standard architecture.
final class JumpReLUObjective: SAEObjective {
    private let sparsity: Double
    /// ε, in the units of scaled activations.
    private let bandwidth: Double
    /// log θ, so that θ stays positive: `[S]`.
    private let logThreshold: Tensor

    init(sparsity: Double, latents: Int, width: Int) throws {
        self.sparsity = sparsity
        // The paper's 0.001 is for activations of length 1; here their mean length is √C.
        bandwidth = 0.001 * Double(width).squareRoot()
        logThreshold = try .full(log(bandwidth), shape: [latents])
    }

    var parameters: [(name: String, value: Tensor)] { [("log_threshold", logThreshold)] }

    func loss(_ x: Tensor, _ weights: SAEWeights, progress: Double) throws -> SAELoss {
        let z = try weights.preActivations(x)
        let threshold = try logThreshold.exp()
        let (active, edge) = try Engine.withoutGradients {
            let fixed = try threshold.detached()
            let near = try (z.detached() - fixed).abs() .< bandwidth / 2
            return (
                try (z.detached() .> fixed).to(.float32), try near.to(.float32) / bandwidth
            )
        }
        // Zero in value; its gradient is that of the threshold.
        let moved = try threshold - threshold.detached()
        let count = try (active - edge * moved).sum()
        let f = try z.relu() * active - edge * threshold.detached() * moved
        let reconstruction = try f.matmul(weights.decoder) + weights.decoderBias
        let weight = sparsity * min(1, progress * 20)
        return SAELoss(
            terms: [
                ("mse", try SAELoss.squaredError(x, reconstruction)),
                ("l0", try count * (weight / Double(x.size(0)))),
            ], reconstruction: reconstruction, activeCounts: try active.sum(0),
            preActivations: try z.detached())
    }

    func activation(scale: Double) throws -> any SAEActivation {
        try JumpReLUActivation(threshold: logThreshold.detached().exp() / scale)
    }
}
