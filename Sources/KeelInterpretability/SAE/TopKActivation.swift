public import KeelTensor

/// The `k` largest pre-activations of a token, if they are above 0 (Gao 2024, equation 4).
public struct TopKActivation: SAEActivation {
    /// Latents of a token that may be active, at least 1.
    public var k: Int

    public init(k: Int) { self.k = k }

    public var name: String { "topk" }

    /// `k` alone.
    public func values() -> [Float] { [Float(k)] }

    /// The `k` largest of each row where they are above 0, else 0: `[n, S]`.
    public func callAsFunction(_ pre: Tensor) throws -> Tensor {
        let pattern = try SparsePattern(largest: k, inEachRowOf: pre)
        return try pre * pattern.dense(.full(1, shape: [pattern.count]))
    }
}
