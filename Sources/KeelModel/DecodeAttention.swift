internal import KeelTensor

/// One new position for each text of a batch, band by band.
struct BatchAttention: AttentionContext {
    let cos: Tensor
    let sin: Tensor
    private let bands: [DecodeAttention]

    init(_ model: Llama, _ bands: [DecodeAttention]) throws {
        self.bands = bands
        let positions = try Tensor(bands.flatMap(\.lengths)).to(device: model.device)
        let (cos, sin) = try model.rotary.rows(positions, end: bands.map(\.end).max() ?? 0)
        self.cos = try cos.reshaped(positions.count, 1, 1, -1)
        self.sin = try sin.reshaped(positions.count, 1, 1, -1)
    }

    func attend(layer: Int, query: Tensor, key: Tensor, value: Tensor) throws -> Tensor {
        var start = 0
        let parts = try bands.map { band in
            let rows = start..<start + band.lengths.count
            start = rows.upperBound
            return try band.attend(
                layer: layer, query: query.narrowed(0, rows), key: key.narrowed(0, rows),
                value: value.narrowed(0, rows))
        }
        return parts.count == 1 ? parts[0] : try .concatenated(parts, dimension: 0)
    }
}

/// One new position for each row of a cache, the rows being texts of different lengths.
struct DecodeAttention {
    let lengths: [Int]
    /// Positions that are read of each row.
    let end: Int
    private let cache: KeyValueCache
    /// Where each row writes: `[B, Hkv, 1, D]`, int64.
    private let indices: Tensor
    /// Hides what lies behind the end of each row: `[B, 1, 1, S]`.
    private let mask: Tensor

    init(_ model: Llama, cache: KeyValueCache) throws {
        lengths = cache.lengths
        let B = lengths.count
        self.cache = cache
        end = (lengths.max() ?? 0) + 1
        let positions = try Tensor(lengths).to(device: model.device)
        indices = try positions.reshaped(B, 1, 1, 1).expanded(
            B, model.configuration.numKeyValueHeads, 1, model.configuration.headDimension)
        let hidden =
            try Tensor.arange(0..<end, device: model.device).reshaped(1, 1, 1, end)
            .> positions.reshaped(B, 1, 1, 1)
        mask = try hidden.select(
            Tensor.full(-.infinity, shape: [1], device: model.device),
            else: Tensor.zeros([1], device: model.device))
    }

    /// As `AttentionContext.attend`, for the rows of the cache.
    func attend(layer: Int, query: Tensor, key: Tensor, value: Tensor) throws -> Tensor {
        let B = query.size(0), H = query.size(2), D = query.size(3)
        let (keys, values) = try cache.write(
            layer: layer, at: indices, end: end, key: key, value: value)
        // With one position a row, the query heads that share a key head can stand as its positions.
        let grouped = try query.reshaped(B, key.size(2), -1, D)
        // For so few queries two plain products beat the fused kernel (docs/lab-log.md).
        let scores = try grouped.matmul(keys.transposed(-2, -1)) / Double(D).squareRoot() + mask
        return try scores.softmax().matmul(values).reshaped(B, 1, H, D)
    }
}
