package import KeelModel
package import KeelTensor

/// How much each latent adds to the log-probability of an answer, to first order: the gradient along
/// the latent's direction times its activation, summed over the passage, per token of the answer.
package enum LatentAttribution {
    /// - Parameters:
    ///   - passage: A question with an answer.
    ///   - language: Whose log-probability is meant.
    ///   - autoencoder: Of what leaves block `layer`.
    ///   - layer: The block.
    /// - Returns: `[S]`; zeros for an empty answer.
    /// - Throws: `ModelError`, `TensorError`.
    package static func values(
        _ passage: Passage, _ language: LanguageModel, _ autoencoder: SparseAutoencoder, layer: Int
    ) throws -> Tensor {
        guard !passage.answer.isEmpty else { return try .zeros([autoencoder.latents]) }
        var leaf: Tensor?
        var hooks = Hooks()
        hooks.at(.residPost(layer: layer)) { x in
            let detached = try x.detached()
            try detached.requireGradient()
            leaf = detached
            return detached
        }
        let logprob = try AnswerLogProbabilities.tensor(
            of: PackedPassages([passage]), language.model, hooks: hooks
        ).mean()
        guard let leaf else { return try .zeros([autoencoder.latents]) }
        let slope = try logprob.gradients(of: [leaf])[0]
        return try Engine.withoutGradients {
            // The first token's stream is unlike any other's; no autoencoder was trained on it.
            let n = passage.tokens.count
            let g = try slope.squeezed(0).narrowed(0, 1..<n).to(.float32, device: .cpu)
            let x = try leaf.detached().squeezed(0).narrowed(0, 1..<n).to(.float32, device: .cpu)
            return try (g.matmul(autoencoder.decoder.transposed(0, 1)) * autoencoder.encode(x))
                .sum(0)
        }
    }
}
