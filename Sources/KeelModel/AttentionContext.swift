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
        try causal(query, try key.transposed(1, 2), try value.transposed(1, 2))
    }
}

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
            return try causal(rows[0], rows[1].transposed(1, 2), rows[2].transposed(1, 2))
                .reshaped(query.shape)
        }
        let queries = try query.split(1, lengths: lengths)
        let keys = try key.transposed(1, 2).split(2, lengths: lengths)
        let values = try value.transposed(1, 2).split(2, lengths: lengths)
        let parts = try zip(queries, zip(keys, values)).map { try causal($0, $1.0, $1.1) }
        return try .concatenated(parts, dimension: 1)
    }
}

/// Reads the prompt of one text into an empty row of the cache.
struct PrefillAttention: AttentionContext {
    let cos: Tensor
    let sin: Tensor
    private let cache: KeyValueCache
    private let row: Int

    init(_ model: Llama, cache: KeyValueCache, row: Int, count: Int) throws {
        let plain = try CausalAttention(model, positions: count)
        (cos, sin) = (plain.cos, plain.sin)
        self.cache = cache
        self.row = row
    }

    func attend(layer: Int, query: Tensor, key: Tensor, value: Tensor) throws -> Tensor {
        let (keys, values) = (try key.transposed(1, 2), try value.transposed(1, 2))
        try cache.fill(layer: layer, row: row, keys: keys, values: values)
        return try causal(query, keys, values)
    }
}

/// One new position for each row of the cache, the rows being texts of different lengths.
struct DecodeAttention: AttentionContext {
    let cos: Tensor
    let sin: Tensor
    private let cache: KeyValueCache
    /// Where each row writes: `[B, Hkv, 1, D]`, int64.
    private let indices: Tensor
    /// Hides what lies behind the end of each row: `[B, 1, 1, S]`.
    private let mask: Tensor
    private let end: Int

    init(_ model: Llama, cache: KeyValueCache) throws {
        let lengths = cache.lengths
        let B = lengths.count
        self.cache = cache
        end = (lengths.max() ?? 0) + 1
        let positions = try Tensor(lengths).to(device: model.device)
        let (cos, sin) = try model.rotary.rows(positions, end: end)
        self.cos = try cos.reshaped(B, 1, 1, -1)
        self.sin = try sin.reshaped(B, 1, 1, -1)
        indices = try positions.reshaped(B, 1, 1, 1).expanded(
            B, model.configuration.numKeyValueHeads, 1, model.configuration.headDimension)
        let hidden =
            try Tensor.arange(0..<end, device: model.device).reshaped(1, 1, 1, end)
            .> positions.reshaped(B, 1, 1, 1)
        mask = try hidden.select(
            Tensor.full(-.infinity, shape: [1], device: model.device),
            else: Tensor.zeros([1], device: model.device))
    }

    func attend(layer: Int, query: Tensor, key: Tensor, value: Tensor) throws -> Tensor {
        let B = query.size(0), H = query.size(2), D = query.size(3)
        let (keys, values) = try cache.write(
            layer: layer, at: indices, end: end, key: key, value: value)
        // With one position a row, the query heads that share a key head can stand as its positions.
        let grouped = try query.reshaped(B, key.size(2), -1, D)
        return try grouped.attention(
            keys: keys, values: values, mask: mask, scale: 1 / Double(D).squareRoot()
        )
        .reshaped(B, 1, H, D)
    }
}

/// Causal attention of `[B, T, H, D]` queries to `[B, Hkv, T, D]` keys.
private func causal(_ query: Tensor, _ keys: Tensor, _ values: Tensor) throws -> Tensor {
    let B = query.size(0), H = query.size(2), D = query.size(3)
    let T = query.size(1), Hkv = keys.size(1)
    func repeated(_ x: Tensor) throws -> Tensor {
        Hkv == H ? x : try x.unsqueezed(2).expanded(B, Hkv, H / Hkv, T, D).reshaped(B, H, T, D)
    }
    return try query.transposed(1, 2).attention(
        keys: repeated(keys), values: repeated(values), causal: true,
        scale: 1 / Double(D).squareRoot()
    ).transposed(1, 2)
}
