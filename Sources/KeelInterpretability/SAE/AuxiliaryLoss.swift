import KeelTensor

/// Revives latents that no token activates any more: the `k_aux` strongest of them on each token
/// learn to explain what the others leave over (AuxK, Gao 2024, A.2).
///
/// `α ‖e - ê‖²` with `e = x - x̂` held fixed, `α = 1/32`, `k_aux = C / 2`.
struct AuxiliaryLoss {
    static let weight = 1.0 / 32

    /// - Parameters:
    ///   - x: `[B, C]`.
    ///   - loss: Of the same batch.
    ///   - dead: Numbers of the dead latents.
    ///   - weights: What is trained.
    /// - Returns: Nil where no latent is dead.
    /// - Throws: `TensorError`.
    static func term(_ x: Tensor, _ loss: SAELoss, dead: [Int], _ weights: SAEWeights) throws
        -> Tensor?
    {
        guard !dead.isEmpty else { return nil }
        let table = try Tensor(dead)
        let k = min(max(1, weights.width / 2), dead.count)
        let (pattern, error) = try Engine.withoutGradients {
            let pre = try loss.preActivations.indexed(1, by: table)
            return (
                try SparsePattern(largest: k, inEachRowOf: pre)
                    .mapped(to: table, columns: weights.latents),
                try (x - loss.reconstruction.detached()).detached()
            )
        }
        let f = try weights.preActivations(x, at: pattern).relu()
        let explained = try pattern.matrix(f, times: weights.decoder)
        return try SAELoss.squaredError(error, explained) * Self.weight
    }
}
