internal import KeelTensor

/// One new position for each text of a batch, band by band.
struct DecodeAttention: AttentionContext {
    let rotations: Rotations
    private let bands: [(cache: KeyValueCache, padding: KeyValueCache.Padding?)]

    init(_ model: Transformer, _ bands: [KeyValueCache]) throws {
        self.bands = try bands.map { ($0, try $0.padding()) }
        let lengths = bands.flatMap(\.lengths)
        rotations = try model.rotary.rotations(
            at: Tensor(lengths).to(device: model.device), end: (lengths.max() ?? 0) + 1,
            perRow: true)
    }

    func attend(layer: AttentionLayer, query: Tensor, key: Tensor, value: Tensor) throws -> Tensor {
        var start = 0
        let parts = try bands.map { cache, padding in
            let rows = start..<start + cache.lengths.count
            start = rows.upperBound
            return try cache.attend(
                layer: layer, padding, query: query.narrowed(0, rows), key: key.narrowed(0, rows),
                value: value.narrowed(0, rows))
        }
        return parts.count == 1 ? parts[0] : try .concatenated(parts, dimension: 0)
    }
}
