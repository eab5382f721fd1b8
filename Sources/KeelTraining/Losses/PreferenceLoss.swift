public import KeelTensor

/// A loss over pairs of answers, one of which is preferred.
///
/// `Δ = (log π(y⁺) − log ref(y⁺)) − (log π(y⁻) − log ref(y⁻))`, log-probabilities of whole answers, in nats.
public enum PreferenceLoss: String, Codable, Sendable, CaseIterable {
    /// `−p log σ(βΔ) − (1 − p) log σ(−βΔ)`: direct preference optimisation (Rafailov 2023, eq. 7); a
    /// probability below 1 is its conservative form (Mitchell 2023).
    case sigmoid
    /// `(Δ̄ − 1/2β)²`, `Δ̄` of log-probabilities per token (Azar 2023, eq. 17).
    case ipo
    /// `(p L(βΔ) − (1 − p) L(−βΔ)) / (2p − 1)` with `L = −log σ`: free of bias when labels are flipped
    /// with probability `1 − p` (Chowdhury 2024). It has no value at `p = ½`, so training refuses
    /// rows near it.
    case robust

    /// - Parameters:
    ///   - chosen: Log-probability ratios to the reference of chosen answers `[B]`.
    ///   - rejected: Those of rejected answers `[B]`.
    ///   - chosenLengths: Tokens of chosen answers `[B]`; only IPO asks.
    ///   - rejectedLengths: Tokens of rejected answers `[B]`.
    ///   - p: Probability that chosen is better `[B]`.
    ///   - beta: Above 0; the larger, the closer to the reference.
    /// - Returns: Loss of each pair `[B]`.
    /// - Throws: `TensorError`.
    public func callAsFunction(
        chosen: Tensor, rejected: Tensor, chosenLengths: Tensor, rejectedLengths: Tensor,
        probabilities p: Tensor, beta: Double
    ) throws -> Tensor {
        let delta = try (chosen - rejected) * beta
        let q = try -p + 1
        switch self {
        case .sigmoid:
            return try -(p * delta.logSigmoid()) - q * (-delta).logSigmoid()
        case .ipo:
            let target = 1 / (2 * beta)
            let distance = try chosen / chosenLengths - rejected / rejectedLengths
            // A soft label is the mean over which of both is called chosen.
            return try p * (distance - target).square() + q * (distance + target).square()
        case .robust:
            return try (q * (-delta).logSigmoid() - p * delta.logSigmoid()) / (p * 2 - 1)
        }
    }
}
