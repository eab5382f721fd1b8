import KeelTensor

/// Reconstruction from the `k` largest latents of each token (Gao 2024), or from the `k B` largest of
/// a batch of `B` (BatchTopK, Bussmann 2024).
///
/// Which latents are largest is found without recording; then those alone are computed again, so no
/// gradient passes through the others.
final class TopKObjective: SAEObjective {
    private let k: Int
    private let wholeBatch: Bool
    /// Of BatchTopK: the mean over batches of the smallest activation that was kept.
    private let threshold: Tensor

    init(k: Int, wholeBatch: Bool) throws {
        self.k = k
        self.wholeBatch = wholeBatch
        threshold = try .zeros([1])
    }

    var state: [(name: String, value: Tensor)] { wholeBatch ? [("threshold", threshold)] : [] }

    func loss(_ x: Tensor, _ weights: SAEWeights, progress: Double) throws -> SAELoss {
        let all = try Engine.withoutGradients { try weights.preActivations(x) }
        let pattern =
            try wholeBatch
            ? SparsePattern(largest: k, perRowOf: all)
            : SparsePattern(largest: k, inEachRowOf: all)
        let f = try weights.preActivations(x, at: pattern).relu()
        let reconstruction =
            try pattern.matrix(f, times: weights.decoder) + weights.decoderBias
        if wholeBatch, pattern.count > 0 { try follow(f.detached().min()) }
        return SAELoss(
            terms: [("mse", try SAELoss.squaredError(x, reconstruction))],
            reconstruction: reconstruction, activeCounts: try pattern.columnCounts(),
            preActivations: all)
    }

    private func follow(_ smallest: Tensor) throws {
        let old = try threshold.item()
        let new = try smallest.item()
        try threshold.fill(old == 0 ? new : 0.99 * old + 0.01 * new)
    }

    func activation(scale: Double) throws -> any SAEActivation {
        guard wholeBatch else { return TopKActivation(k: k) }
        return JumpReLUActivation(threshold: try threshold / scale)
    }
}
