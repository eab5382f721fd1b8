public import KeelTensor

/// The first sparse autoencoders: `relu(z)`, made sparse by an L1 penalty (Bricken 2023).
public struct StandardActivation: SAEActivation {
    public init() {}

    public var name: String { "standard" }

    /// None: nothing is to be written beside the weights.
    public func values() -> [Float] { [] }

    /// `max(z, 0)`: `[n, S]`.
    public func callAsFunction(_ pre: Tensor) throws -> Tensor { try pre.relu() }
}
