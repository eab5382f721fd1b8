public import KeelTensor

/// Several texts in one row, one behind the other, none of which sees another.
///
/// Every text starts with the first position. Nothing is padded, so nothing is computed for nothing.
public struct SegmentedAttention: AttentionContext {
    public let cos: Tensor
    public let sin: Tensor
    /// Tokens of each text; they add up to the row.
    private let lengths: [Int]

    /// - Parameters:
    ///   - model: Whose positions are meant.
    ///   - lengths: Tokens of each text, in order.
    /// - Throws: `TensorError`.
    public init(_ model: Llama, lengths: [Int]) throws {
        self.lengths = lengths
        let positions = try Tensor(lengths.flatMap { 0..<$0 }).to(device: model.device)
        let (cos, sin) = try model.rotary.rows(positions, end: lengths.max() ?? 0)
        self.cos = try cos.unsqueezed(1)
        self.sin = try sin.unsqueezed(1)
    }

    public func attend(layer: Int, query: Tensor, key: Tensor, value: Tensor) throws -> Tensor {
        // Texts of one length are rows of a batch.
        if let length = lengths.first, lengths.allSatisfy({ $0 == length }) {
            let rows = try [query, key, value].map {
                try $0.reshaped(lengths.count, length, $0.size(2), $0.size(3))
            }
            return try attention(
                rows[0], rows[1].transposed(1, 2), rows[2].transposed(1, 2), mask: nil
            ).reshaped(query.shape)
        }
        let queries = try query.split(1, lengths: lengths)
        let keys = try key.transposed(1, 2).split(2, lengths: lengths)
        let values = try value.transposed(1, 2).split(2, lengths: lengths)
        let parts = try zip(queries, zip(keys, values)).map {
            try attention($0, $1.0, $1.1, mask: nil)
        }
        return try .concatenated(parts, dimension: 1)
    }
}
