internal import KeelTensor

/// What queries of one pass must not see, for each window that layers of a model have.
///
/// The row holds a text, `P` positions of which were read before, and branches that each go on from
/// its end: a branch sees the text and itself.
struct AttentionMasks {
    /// 0 where a query (row) sees a key (column), -infinity elsewhere: `[T, P + T]`; none for a
    /// window that plain causality gives.
    private let masks: [Int?: Tensor]

    /// - Parameters:
    ///   - model: Whose windows are meant.
    ///   - past: Positions that were read before, `P`.
    ///   - trunk: Tokens of the rest of the text.
    ///   - branches: Tokens of each branch; they follow the trunk in the row, `T` tokens in all.
    /// - Throws: `TensorError`.
    init(_ model: Transformer, past: Int = 0, trunk: Int, branches: [Int] = []) throws {
        let end = past + trunk + (branches.max() ?? 0)
        let isPlain = past == 0 && branches.count { $0 > 0 } <= 1
        var masks: [Int?: Tensor] = [:]
        for window in model.windows where !(isPlain && window ?? end >= end) {
            masks[window] = try Self.mask(past, trunk, branches, window ?? end)
                .to(model.elementType, device: model.device)
        }
        self.masks = masks
    }

    /// Nil for plain causality.
    subscript(window: Int?) -> Tensor? { masks[window] }

    private static func mask(_ P: Int, _ trunk: Int, _ branches: [Int], _ window: Int) throws
        -> Tensor
    {
        let T = branches.reduce(trunk, +), S = P + T, start = P + trunk
        var mask = [Float](repeating: -.infinity, count: T * S)
        func show(_ row: Int, from first: Int, to end: Int) {
            for column in max(0, first)..<max(0, first, end) { mask[row * S + column] = 0 }
        }
        for row in 0..<trunk { show(row, from: P + row + 1 - window, to: P + row + 1) }
        var first = trunk
        for branch in branches {
            for step in 0..<branch {
                // How far the window reaches back into the branch, and beyond that into the text.
                let own = max(0, step + 1 - window)
                show(first + step, from: P + first + own, to: P + first + step + 1)
                show(first + step, from: start + step + 1 - window, to: start)
            }
            first += branch
        }
        return try Tensor(mask, shape: [T, S])
    }
}
