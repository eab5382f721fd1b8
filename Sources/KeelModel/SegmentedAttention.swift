public import KeelTensor

/// Several texts in one row, one behind the other, none of which sees another.
///
/// Every text starts with the first position. Nothing is padded, so nothing is computed for nothing.
public struct SegmentedAttention: AttentionContext {
    /// Angles of the positions, for queries and keys.
    public let rotations: Rotations
    /// Tokens of each text; they add up to the row.
    private let lengths: [Int]
    /// Of the longest text; a shorter one needs the first rows and columns.
    private let masks: AttentionMasks

    /// - Parameters:
    ///   - model: Whose positions are meant.
    ///   - lengths: Tokens of each text, in order.
    /// - Throws: `TensorError`.
    public init(_ model: Transformer, lengths: [Int]) throws {
        self.lengths = lengths
        let longest = lengths.max() ?? 0
        rotations = try model.rotary.rotations(
            at: Tensor(lengths.flatMap { 0..<$0 }).to(device: model.device), end: longest)
        masks = try AttentionMasks(model, trunk: longest)
    }

    public func attend(layer: AttentionLayer, query: Tensor, key: Tensor, value: Tensor) throws
        -> Tensor
    {
        let mask = masks[layer.window]
        // Texts of one length are rows of a batch.
        if let length = lengths.first, lengths.allSatisfy({ $0 == length }) {
            let rows = try [query, key, value].map {
                try $0.reshaped(lengths.count, length, $0.size(2), $0.size(3))
            }
            return try attention(
                rows[0], rows[1].transposed(1, 2), rows[2].transposed(1, 2), mask: mask,
                scale: layer.scale
            ).reshaped(query.shape)
        }
        let queries = try query.split(1, lengths: lengths)
        let keys = try key.transposed(1, 2).split(2, lengths: lengths)
        let values = try value.transposed(1, 2).split(2, lengths: lengths)
        let parts = try lengths.indices.map { text in
            let own = try mask.map {
                try $0.narrowed(0, 0..<lengths[text]).narrowed(1, 0..<lengths[text])
            }
            return try attention(
                queries[text], keys[text], values[text], mask: own, scale: layer.scale)
        }
        return try .concatenated(parts, dimension: 1)
    }
}
