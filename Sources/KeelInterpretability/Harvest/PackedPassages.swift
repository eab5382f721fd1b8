public import KeelModel
public import KeelTensor

/// Passages one behind the other in one row, none seeing another and nothing padded.
public struct PackedPassages {
    /// In the order in which they stand in the row.
    public let passages: [Passage]

    public init(_ passages: [Passage]) { self.passages = passages }

    /// Tokens of the row.
    public var count: Int { passages.reduce(0) { $0 + $1.tokens.count } }

    /// `[1, T]`.
    public func tokens(on device: Device) throws -> Tensor {
        try Tensor(passages.flatMap(\.tokens), shape: [1, count]).to(device: device)
    }

    /// Activations of all tokens, in order, on the CPU: `[T, width]` for each point.
    /// - Parameters:
    ///   - points: Where to read; the model runs no further than the last.
    ///   - model: The model.
    ///   - hooks: Actions on activations, before these are read.
    /// - Returns: As float32, one tensor for each point.
    /// - Throws: `ModelError`, `TensorError`.
    public func activations(
        at points: [HookPoint], of model: Transformer, hooks: Hooks = Hooks()
    ) throws -> [Tensor] {
        try Engine.withoutGradients {
            let attention = try SegmentedAttention(model, lengths: passages.map(\.tokens.count))
            return try model.activations(
                at: points, of: tokens(on: model.device), attention: attention, hooks: hooks
            ).map { try $0.to(.float32, device: .cpu).reshaped(count, -1) }
        }
    }

    /// Cuts passages into packs of at most so many tokens; one that is longer goes alone.
    public static func packs(_ passages: [Passage], tokens limit: Int) -> [PackedPassages] {
        var packs: [[Passage]] = []
        var filled = 0
        for passage in passages {
            if packs.isEmpty || filled + passage.tokens.count > limit {
                packs.append([])
                filled = 0
            }
            packs[packs.count - 1].append(passage)
            filled += passage.tokens.count
        }
        return packs.map(PackedPassages.init)
    }
}
