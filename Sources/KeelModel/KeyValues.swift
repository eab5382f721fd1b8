package import KeelTensor

/// Keys and values of the positions of one text: all that what follows it needs to know of it.
///
/// The tensors are never written once they are here, so threads may read them together.
package struct KeyValues: @unchecked Sendable {
    /// One tensor a layer: `[1, Hkv, T, D]`.
    package var keys: [Tensor]
    package var values: [Tensor]

    package init(keys: [Tensor] = [], values: [Tensor] = []) {
        (self.keys, self.values) = (keys, values)
    }

    /// Positions, `T`.
    package var count: Int { keys.first?.size(2) ?? 0 }
    /// Bytes of the tensors.
    func size() throws -> Int {
        try (keys + values).reduce(0) { try $0 + $1.count * $1.elementType().size }
    }

    /// Those of the first positions alone.
    func prefix(_ count: Int) throws -> KeyValues {
        KeyValues(
            keys: try keys.map { try $0.narrowed(2, 0..<count) },
            values: try values.map { try $0.narrowed(2, 0..<count) })
    }
}
