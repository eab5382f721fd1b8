internal import KeelTensor

/// Reads a text, and branches that each go on from its end, in one row and one pass.
///
/// The text may have a beginning whose keys and values are known already. A branch sees the text and
/// itself, so that every branch comes out as if it had been read alone.
final class TreeAttention: AttentionContext {
    let rotations: Rotations
    private let past: KeyValues
    private let trunk: Int
    private let type: ElementType?
    private let masks: AttentionMasks

    /// Keys and values of the whole text, the branches left out; complete after the pass.
    private(set) var memory = KeyValues()

    /// - Parameters:
    ///   - model: Whose positions are meant.
    ///   - past: What is known of the beginning, `P` positions.
    ///   - trunk: Tokens of the rest of the text.
    ///   - branches: Tokens of each branch; they follow the trunk in the row, `T` tokens in all.
    ///   - type: What keys and values will be remembered as, if that is not what they are computed
    ///     as. They are rounded to it before they are read: whether a beginning is remembered or read
    ///     afresh must not decide what follows.
    /// - Throws: `TensorError`.
    init(
        _ model: Transformer, past: KeyValues? = nil, trunk: Int, branches: [Int] = [],
        rememberedAs type: ElementType? = nil
    ) throws {
        self.past = past ?? KeyValues()
        self.trunk = trunk
        self.type = type
        let P = self.past.count, start = P + trunk
        let positions = Array(P..<start) + branches.flatMap { start..<start + $0 }
        rotations = try model.rotary.rotations(
            at: Tensor(positions).to(device: model.device), end: start + (branches.max() ?? 0))
        masks = try AttentionMasks(model, past: P, trunk: trunk, branches: branches)
    }

    func attend(layer: AttentionLayer, query: Tensor, key: Tensor, value: Tensor) throws -> Tensor {
        func rounded(_ x: Tensor) throws -> Tensor {
            try type.map { try x.to($0).to(x.elementType()) } ?? x
        }
        var keys = try rounded(key.transposed(1, 2)), values = try rounded(value.transposed(1, 2))
        if past.count > 0 {
            func behind(_ known: Tensor, _ new: Tensor) throws -> Tensor {
                try .concatenated([known.to(new.elementType()), new], dimension: 2)
            }
            keys = try behind(past.keys[layer.index], keys)
            values = try behind(past.values[layer.index], values)
        }
        let end = past.count + trunk
        memory.keys.append(try keys.narrowed(2, 0..<end))
        memory.values.append(try values.narrowed(2, 0..<end))
        return try attention(
            query, keys, values, mask: masks[layer.window], scale: layer.scale)
    }
}
