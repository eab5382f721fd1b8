public import KeelTensor

/// The `k` largest pre-activations of a token, if they are above 0 (Gao 2024, equation 4).
public struct TopKActivation: SAEActivation {
    public var k: Int

    public init(k: Int) { self.k = k }

    public var name: String { "topk" }

    public func values() -> [Float] { [Float(k)] }

    public func callAsFunction(_ pre: Tensor) throws -> Tensor {
        let pattern = try SparsePattern(largest: k, inEachRowOf: pre)
        return try pre * pattern.dense(.full(1, shape: [pattern.count]))
    }
}
