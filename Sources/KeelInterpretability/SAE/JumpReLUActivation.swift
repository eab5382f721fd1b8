public import KeelTensor

/// Pre-activations above their latent's threshold, as they are (Rajamanoharan 2024, equation 4).
///
/// BatchTopK has one threshold for all latents when it is used, so that a token's latents do not
/// depend on the batch it is in (Bussmann 2024, equation 6).
public struct JumpReLUActivation: SAEActivation {
    /// `[S]`.
    public var threshold: Tensor

    public init(threshold: Tensor) { self.threshold = threshold }

    public var name: String { "jumprelu" }

    /// The thresholds, one for each latent.
    public func values() throws -> [Float] { try threshold.to(.float32, device: .cpu).array() }

    /// `z` where it is above its latent's threshold and above 0, else 0: `[n, S]`.
    public func callAsFunction(_ pre: Tensor) throws -> Tensor {
        try pre.relu() * (pre .> threshold).to(.float32)
    }
}
