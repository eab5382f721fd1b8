internal import KeelTensor

/// Reads a text, and branches that each go on from its end, in one row and one pass.
///
/// The text may have a beginning whose keys and values are known already. A branch sees the text and
/// itself, so that every branch comes out as if it had been read alone.
final class TreeAttention: AttentionContext {
    let cos: Tensor
    let sin: Tensor
    private let past: KeyValues
    private let trunk: Int
    /// Hides the other branches and what is to come: `[T, P + T]`; nil where plain causality does.
    private let mask: Tensor?

    /// Keys and values of the whole text, the branches left out; complete after the pass.
    private(set) var memory = KeyValues()

    /// - Parameters:
    ///   - model: Whose positions are meant.
    ///   - past: What is known of the beginning, `P` positions.
    ///   - trunk: Tokens of the rest of the text.
    ///   - branches: Tokens of each branch; they follow the trunk in the row, `T` tokens in all.
    /// - Throws: `TensorError`.
    init(_ model: Llama, past: KeyValues? = nil, trunk: Int, branches: [Int] = []) throws {
        self.past = past ?? KeyValues()
        self.trunk = trunk
        let P = self.past.count, start = P + trunk
        let positions = Array(P..<start) + branches.flatMap { start..<start + $0 }
        let end = start + (branches.max() ?? 0)
        let (cos, sin) = try model.rotary.rows(
            Tensor(positions).to(device: model.device), end: end)
        self.cos = try cos.unsqueezed(1)
        self.sin = try sin.unsqueezed(1)
        let isPlain = P == 0 && branches.count { $0 > 0 } <= 1
        mask = isPlain ? nil : try Self.mask(P, trunk, branches).to(device: model.device)
    }

    func attend(layer: Int, query: Tensor, key: Tensor, value: Tensor) throws -> Tensor {
        var keys = try key.transposed(1, 2), values = try value.transposed(1, 2)
        if past.count > 0 {
            func behind(_ known: Tensor, _ new: Tensor) throws -> Tensor {
                try .concatenated([known.to(new.elementType()), new], dimension: 2)
            }
            keys = try behind(past.keys[layer], keys)
            values = try behind(past.values[layer], values)
        }
        let end = past.count + trunk
        memory.keys.append(try keys.narrowed(2, 0..<end))
        memory.values.append(try values.narrowed(2, 0..<end))
        return try attention(query, keys, values, mask: mask)
    }

    /// 0 where a query (row) sees a key (column), -infinity elsewhere.
    private static func mask(_ P: Int, _ trunk: Int, _ branches: [Int]) throws -> Tensor {
        let T = branches.reduce(trunk, +), S = P + T
        var mask = [Float](repeating: -.infinity, count: T * S)
        func show(_ row: Int, _ columns: Range<Int>) {
            for column in columns { mask[row * S + column] = 0 }
        }
        for row in 0..<trunk { show(row, 0..<P + row + 1) }
        var first = trunk
        for branch in branches {
            for row in first..<first + branch {
                show(row, 0..<P + trunk)
                show(row, P + first..<P + row + 1)
            }
            first += branch
        }
        return try Tensor(mask, shape: [T, S])
    }
}
