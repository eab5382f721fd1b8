public import KeelTensor

/// Loss of a policy gradient, token by token, kept near the samples and the reference.
///
/// `−min(r A, clip(r, 1 ± ε) A) + β (e^d − d − 1)` with `r = π/π_old` and `d = log ref − log π`
/// (Shao 2024, eq. 3 and 4). On samples of the policy itself `r` is 1 and its gradient `A ∇log π`.
public struct PolicyLoss: Hashable, Sendable, Codable {
    /// How far the ratio may go, above 0.
    public var clip = 0.2
    /// Weight of the divergence from the reference; 0 is off.
    public var beta = 0.04

    public init() {}

    /// - Parameters:
    ///   - policy: Log-probabilities of sampled tokens `[M]`.
    ///   - old: Those when they were sampled `[M]`, without gradient.
    ///   - reference: Those under the reference `[M]`, without gradient.
    ///   - advantages: Of each token's answer `[M]`.
    /// - Returns: Loss of each token `[M]`.
    /// - Throws: `TensorError`.
    public func callAsFunction(
        policy: Tensor, old: Tensor, reference: Tensor, advantages: Tensor
    ) throws -> Tensor {
        let ratio = try (policy - old).exp()
        let gain = try Tensor.min(
            ratio * advantages, ratio.clamped(to: 1 - clip...1 + clip) * advantages)
        guard beta > 0 else { return try -gain }
        let distance = try reference - policy
        return try -gain + (distance.exp() - distance - 1) * beta
    }
}
