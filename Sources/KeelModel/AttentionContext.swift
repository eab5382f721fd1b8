public import KeelTensor

/// Who sees whom in one forward pass, and what is remembered for the next.
///
/// The architecture computes queries, keys and values; the context knows where in their texts they
/// stand and which earlier keys and values belong to them.
public protocol AttentionContext {
    /// Rotary tables of the pass, broadcast against `[B, T, H, D]`.
    var cos: Tensor { get }
    var sin: Tensor { get }

    /// - Parameters:
    ///   - layer: Index of the block that asks.
    ///   - query: `[B, T, H, D]`, rotated.
    ///   - key: `[B, T, Hkv, D]`, rotated.
    ///   - value: `[B, T, Hkv, D]`.
    /// - Returns: `[B, T, H, D]`.
    /// - Throws: `TensorError`.
    func attend(layer: Int, query: Tensor, key: Tensor, value: Tensor) throws -> Tensor
}

/// Each row is a text of its own that starts with the first position; nothing is remembered.
///
/// Rows may be padded at their end: later positions are never seen by earlier ones.
struct CausalAttention: AttentionContext {
    let cos: Tensor
    let sin: Tensor

    init(_ model: Llama, positions: Int) throws {
        let (cos, sin) = try model.rotary.rows(0..<positions)
        self.cos = try cos.unsqueezed(1)
        self.sin = try sin.unsqueezed(1)
    }

    func attend(layer: Int, query: Tensor, key: Tensor, value: Tensor) throws -> Tensor {
        try attention(query, key.transposed(1, 2), value.transposed(1, 2), mask: nil)
    }
}

/// Attention of `[B, T, H, D]` queries to `[B, Hkv, S, D]` keys, causal where no mask says otherwise.
func attention(_ query: Tensor, _ keys: Tensor, _ values: Tensor, mask: Tensor?) throws -> Tensor {
    let B = query.size(0), H = query.size(2), D = query.size(3)
    let S = keys.size(2), Hkv = keys.size(1)
    func repeated(_ x: Tensor) throws -> Tensor {
        Hkv == H ? x : try x.unsqueezed(2).expanded(B, Hkv, H / Hkv, S, D).reshaped(B, H, S, D)
    }
    return try query.transposed(1, 2).attention(
        keys: repeated(keys), values: repeated(values), mask: mask, causal: mask == nil,
        scale: 1 / Double(D).squareRoot()
    ).transposed(1, 2)
}
