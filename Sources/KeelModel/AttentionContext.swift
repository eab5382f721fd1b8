public import KeelTensor

/// Who sees whom in one forward pass, and what is remembered for the next.
///
/// The model computes queries, keys and values; the context knows where in their texts they stand and
/// which earlier keys and values belong to them.
public protocol AttentionContext {
    /// How far the tokens of the pass are turned.
    var rotations: Rotations { get }

    /// - Parameters:
    ///   - layer: Who asks: with what scale, and how far back it sees.
    ///   - query: `[B, T, H, D]`, rotated.
    ///   - key: `[B, T, Hkv, D]`, rotated.
    ///   - value: `[B, T, Hkv, D]`.
    /// - Returns: `[B, T, H, D]`.
    /// - Throws: `TensorError`.
    func attend(layer: AttentionLayer, query: Tensor, key: Tensor, value: Tensor) throws -> Tensor
}

/// Each row is a text of its own that starts with the first position; nothing is remembered.
///
/// Rows may be padded at their end: later positions are never seen by earlier ones.
struct CausalAttention: AttentionContext {
    let rotations: Rotations
    private let masks: AttentionMasks

    init(_ model: Transformer, positions: Int) throws {
        rotations = try model.rotary.rotations(positions)
        masks = try AttentionMasks(model, trunk: positions)
    }

    func attend(layer: AttentionLayer, query: Tensor, key: Tensor, value: Tensor) throws -> Tensor {
        try attention(
            query, key.transposed(1, 2), value.transposed(1, 2), mask: masks[layer.window],
            scale: layer.scale)
    }
}

/// Attention of `[B, T, H, D]` queries to `[B, Hkv, S, D]` keys, causal where no mask says otherwise.
func attention(
    _ query: Tensor, _ keys: Tensor, _ values: Tensor, mask: Tensor?, scale: Double
) throws -> Tensor {
    let B = query.size(0), H = query.size(2), D = query.size(3)
    let S = keys.size(2), Hkv = keys.size(1)
    func repeated(_ x: Tensor) throws -> Tensor {
        Hkv == H ? x : try x.unsqueezed(2).expanded(B, Hkv, H / Hkv, S, D).reshaped(B, H, S, D)
    }
    return try query.transposed(1, 2).attention(
        keys: repeated(keys), values: repeated(values), mask: mask, causal: mask == nil,
        scale: scale
    ).transposed(1, 2)
}
