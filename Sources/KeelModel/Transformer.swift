public import KeelTensor

/// A decoder-only transformer (Vaswani 2017, Touvron 2023).
///
/// Blocks of attention and a gated MLP, each after its norm and added to a stream. A configuration
/// says in what families differ.
///
/// Paths of parameters are those of the checkpoint. Shapes: `B` batch, `T` positions, `C` hidden size,
/// `H` heads, `Hkv` key and value heads, `D` head dimension, `F` intermediate size, `V` vocabulary.
public final class Transformer {
    public let configuration: TransformerConfiguration
    private let embedTokens: TokenEmbedding
    private let layers: [Block]
    private let norm: RMSNorm
    private let lmHead: Linear
    let rotary: RotaryTables
    /// How far back layers see, each kind once.
    let windows: Set<Int?>
    /// What embeddings are multiplied by, rounded as they are; nil for 1.
    private let embeddingScale: Tensor?

    /// Where the weights are; tokens must be there too.
    public var device: Device { norm.parameter.value.device }
    /// What is computed in.
    let elementType: ElementType

    /// - Parameters:
    ///   - configuration: Sizes, against which the shape of every weight is checked.
    ///   - weights: Where weights are found by name.
    ///   - packing: How linear layers are packed; nil for weights that can be trained.
    /// - Throws: `ModelError` for a weight that is missing or has another shape.
    init(
        _ configuration: TransformerConfiguration, weights: any WeightSource,
        packing: WeightPrecision?
    ) throws {
        self.configuration = configuration
        let C = configuration.hiddenSize, V = configuration.vocabularySize
        let device: Device
        (embedTokens, elementType, device) = try Self.embedding(
            weights, shape: [V, C], packing: packing)
        layers = try configuration.layers.map { layer in
            try Block(layer, configuration, weights, packing: packing)
        }
        norm = try RMSNorm("model.norm", C, configuration, weights, packing: packing)
        let head =
            try configuration.tieWordEmbeddings
            ? embedTokens
            : TokenEmbedding(weights.weight("lm_head.weight", shape: [V, C]), packing: packing)
        lmHead = Linear(head.outputWeight(packing: packing))
        rotary = RotaryTables(configuration, device: device, type: elementType)
        windows = Set(configuration.layers.map(\.window))
        embeddingScale =
            configuration.embeddingScale == 1
            ? nil
            : try .full(
                configuration.embeddingScale, shape: [1], type: elementType, device: device)
    }

    /// The table, what its numbers are, and where.
    ///
    /// Held in fewer bits, the table itself is let go here, before other weights are read.
    private static func embedding(
        _ weights: any WeightSource, shape: [Int], packing: WeightPrecision?
    ) throws -> (TokenEmbedding, ElementType, Device) {
        let table = try weights.weight("model.embed_tokens.weight", shape: shape)
        return (
            try TokenEmbedding(table, packing: packing), try table.elementType(), table.device
        )
    }

    /// The residual stream after the last norm, ready for `logits(_:)`.
    /// - Parameters:
    ///   - tokens: `[B, T]`, int64.
    ///   - attention: Who sees whom, and what is remembered; by default each row is a text of its own.
    ///   - hooks: Actions on activations.
    ///   - checkpointing: Keep only what enters each block for the backward pass, and compute the rest
    ///     again; actions inside a block then run twice.
    /// - Returns: `[B, T, C]`.
    /// - Throws: `TensorError`, or what a hook throws.
    public func callAsFunction(
        _ tokens: Tensor, attention: (any AttentionContext)? = nil, hooks: Hooks = Hooks(),
        checkpointing: Bool = false
    ) throws -> Tensor {
        let x = try stream(
            tokens, attention, hooks, checkpointing: checkpointing, blocks: layers.count)
        return try hooks(.finalNorm, normed(x))
    }

    /// Activations at hook points, computed no further than the last block that they ask for.
    /// - Parameters:
    ///   - points: Where to read.
    ///   - tokens: `[B, T]`, int64.
    ///   - attention: Who sees whom; by default each row is a text of its own.
    ///   - hooks: Actions on activations, before these are read.
    /// - Returns: One for each point, in their order, of the shape that the point has.
    /// - Throws: `ModelError.configuration` for a layer that the model lacks; `TensorError`; what a
    ///   hook throws.
    public func activations(
        at points: [HookPoint], of tokens: Tensor, attention: (any AttentionContext)? = nil,
        hooks: Hooks = Hooks()
    ) throws -> [Tensor] {
        for point in points { try point.check(layers: layers.count) }
        var found: [HookPoint: Tensor] = [:]
        var hooks = hooks
        for point in Set(points) {
            hooks.at(point) {
                found[point] = $0
                return nil
            }
        }
        let blocks = points.map { $0.blocks(of: layers.count) }.max() ?? 0
        let x = try stream(tokens, attention, hooks, checkpointing: false, blocks: blocks)
        if points.contains(.finalNorm) { _ = try hooks(.finalNorm, normed(x)) }
        return points.compactMap { found[$0] }
    }

    /// The residual stream after so many blocks.
    private func stream(
        _ tokens: Tensor, _ attention: (any AttentionContext)?, _ hooks: Hooks,
        checkpointing: Bool, blocks: Int
    ) throws -> Tensor {
        let attention = try attention ?? CausalAttention(self, positions: tokens.size(1))
        let embeddings = try embedTokens(tokens)
        var x = try hooks(.embed, embeddingScale.map { try embeddings * $0 } ?? embeddings)
        let checkpointing = checkpointing && Engine.recordsGradients
        if checkpointing, !x.requiresGradient {
            // Gradients pass a checkpoint only if its input asks for them.
            x = try x.detached()
            try x.requireGradient()
        }
        for layer in layers.prefix(blocks) {
            x =
                try checkpointing
                ? x.checkpointed { try layer($0, attention, hooks) } : layer(x, attention, hooks)
        }
        return x
    }

    /// The residual stream after the last norm: what `logits(_:)` reads.
    public func normed(_ x: Tensor) throws -> Tensor {
        try norm(x)
    }

    /// Logits of the next token: `[…, C]` gives `[…, V]`.
    public func logits(_ hidden: Tensor) throws -> Tensor {
        try lmHead(hidden)
    }

    /// Log-probabilities of `targets`, without all logits in memory at once.
    /// - Parameters:
    ///   - hidden: `[n, C]`.
    ///   - targets: `[n]`, int64.
    /// - Returns: In nats `[n]`, float32 or wider; and whether each target is the likeliest, `[n]`.
    /// - Throws: `TensorError`.
    public func logProbabilities(_ hidden: Tensor, of targets: Tensor) throws -> (
        values: Tensor, areLikeliest: Tensor
    ) {
        let isWhole = lmHead.weight.precision == .full && lmHead.updates.isEmpty
        if isWhole, lmHead.weight.plain?.requiresGradient != true {
            return try lmHead.weight.logProbabilities(hidden, of: targets)
        }
        let n = hidden.size(0)
        var values: [Tensor] = []
        var likeliest: [Tensor] = []
        for start in stride(from: 0, to: n, by: 256) {
            let rows = start..<min(start + 256, n)
            let target = try targets.narrowed(0, rows)
            values.append(
                try hidden.narrowed(0, rows).checkpointed { [lmHead] part in
                    let logits = try lmHead(part)
                    let wide = try logits.elementType() == .float64 ? logits : logits.to(.float32)
                    if !Engine.recordsGradients { likeliest.append(try wide.argmax(1) .== target) }
                    return try wide.logSoftmax().gathered(1, by: target.unsqueezed(1)).squeezed(1)
                })
        }
        return (
            try .concatenated(values, dimension: 0), try .concatenated(likeliest, dimension: 0)
        )
    }

    /// All weights that are not packed, by checkpoint name, in a fixed order.
    package var parameters: [(name: String, value: Tensor)] {
        var result: [(name: String, value: Tensor)] = []
        if let table = embedTokens.table { result.append(("model.embed_tokens.weight", table)) }
        for layer in layers { result += layer.norms }
        result.append(norm.parameter)
        for (path, linear) in linears.sorted(by: { $0.key < $1.key }) {
            if let weight = linear.weight.plain { result.append((path + ".weight", weight)) }
            if let bias = linear.bias { result.append((path + ".bias", bias)) }
        }
        return result
    }

    /// The linear layers by checkpoint path, such as `model.layers.0.self_attn.q_proj`.
    package var linears: [String: Linear] {
        var result: [String: Linear] = configuration.tieWordEmbeddings ? [:] : ["lm_head": lmHead]
        for (index, layer) in layers.enumerated() {
            for (path, linear) in layer.linears { result["model.layers.\(index).\(path)"] = linear }
        }
        return result
    }
}
