public import KeelTensor

/// `LlamaForCausalLM`: RMS norm, grouped-query attention with rotary positions, SwiGLU (Touvron 2023).
///
/// Paths of parameters are those of the checkpoint. Shapes: `B` batch, `T` positions, `C` hidden size,
/// `H` heads, `Hkv` key and value heads, `D` head dimension, `F` intermediate size, `V` vocabulary.
public final class Llama {
    public let configuration: LlamaConfiguration
    /// `[V, C]`.
    private let embedTokens: Tensor
    private let layers: [Block]
    private let norm: Tensor
    private let lmHead: Linear
    let rotary: RotaryTable

    /// Where the weights are; tokens must be there too.
    public var device: Device { embedTokens.device }
    /// What weights are held as.
    let elementType: ElementType

    /// - Parameters:
    ///   - configuration: Sizes, against which the shape of every weight is checked.
    ///   - weights: Where weights are found by name.
    ///   - packing: Lay weights out for speed; such weights cannot be trained, adapters can.
    /// - Throws: `ModelError` for a weight that is missing or has another shape.
    init(_ configuration: LlamaConfiguration, weights: any WeightSource, packing: Bool) throws {
        self.configuration = configuration
        let C = configuration.hiddenSize, V = configuration.vocabularySize
        embedTokens = try weights.weight("model.embed_tokens.weight", shape: [V, C])
        layers = try (0..<configuration.numHiddenLayers).map { layer in
            try Block(layer, configuration, weights, packing: packing)
        }
        norm = try weights.weight("model.norm.weight", shape: [C])
        let head =
            configuration.tieWordEmbeddings
            ? embedTokens : try weights.weight("lm_head.weight", shape: [V, C])
        lmHead = Linear(head, packing: packing)
        elementType = try embedTokens.elementType()
        rotary = try RotaryTable(
            configuration, device: embedTokens.device, type: elementType)
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
        var x = try hooks(.embed, embedTokens.embedding(tokens))
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
        try x.rmsNorm(norm, epsilon: configuration.rmsNormEpsilon)
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
        guard lmHead.weight.plain?.requiresGradient == true || !lmHead.updates.isEmpty else {
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
        var result: [(name: String, value: Tensor)] = [("model.embed_tokens.weight", embedTokens)]
        for layer in layers { result += layer.norms }
        result.append(("model.norm.weight", norm))
        for (path, linear) in linears.sorted(by: { $0.key < $1.key }) {
            if let weight = linear.weight.plain { result.append((path + ".weight", weight)) }
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

/// One transformer block: attention, then the MLP, each after its norm and added to the stream.
private final class Block {
    let layer: Int
    let attention: Attention
    let mlp: MLP
    let inputLayerNorm: Tensor
    let postAttentionLayerNorm: Tensor
    let epsilon: Double

    init(
        _ layer: Int, _ configuration: LlamaConfiguration, _ weights: any WeightSource,
        packing: Bool
    ) throws {
        let path = "model.layers.\(layer)"
        self.layer = layer
        attention = try Attention(layer, configuration, weights, packing: packing)
        mlp = try MLP(layer, configuration, weights, packing: packing)
        let shape = [configuration.hiddenSize]
        inputLayerNorm = try weights.weight("\(path).input_layernorm.weight", shape: shape)
        postAttentionLayerNorm = try weights.weight(
            "\(path).post_attention_layernorm.weight", shape: shape)
        epsilon = configuration.rmsNormEpsilon
    }

    func callAsFunction(_ x: Tensor, _ context: any AttentionContext, _ hooks: Hooks) throws
        -> Tensor
    {
        var x = try hooks(.residPre(layer: layer), x)
        let attentionInput = try hooks(
            .attentionInput(layer: layer), x.rmsNorm(inputLayerNorm, epsilon: epsilon))
        x = try x + hooks(.attentionOutput(layer: layer), attention(attentionInput, context, hooks))
        x = try hooks(.residMid(layer: layer), x)
        let mlpInput = try hooks(
            .mlpInput(layer: layer), x.rmsNorm(postAttentionLayerNorm, epsilon: epsilon))
        x = try x + hooks(.mlpOutput(layer: layer), mlp(mlpInput, hooks))
        return try hooks(.residPost(layer: layer), x)
    }

    var norms: [(name: String, value: Tensor)] {
        [
            ("model.layers.\(layer).input_layernorm.weight", inputLayerNorm),
            ("model.layers.\(layer).post_attention_layernorm.weight", postAttentionLayerNorm),
        ]
    }

    var linears: [(String, Linear)] {
        attention.linears.map { ("self_attn.\($0)", $1) } + mlp.linears.map { ("mlp.\($0)", $1) }
    }
}

/// Grouped-query attention: `H / Hkv` query heads share one head of keys and values (Ainslie 2023).
private final class Attention {
    let layer: Int
    let H, Hkv, D: Int
    let qProj, kProj, vProj, oProj: Linear

    init(
        _ layer: Int, _ configuration: LlamaConfiguration, _ weights: any WeightSource,
        packing: Bool
    ) throws {
        self.layer = layer
        (H, Hkv) = (configuration.numAttentionHeads, configuration.numKeyValueHeads)
        D = configuration.headDimension
        let C = configuration.hiddenSize
        func linear(_ name: String, _ shape: [Int]) throws -> Linear {
            let path = "model.layers.\(layer).self_attn.\(name).weight"
            return Linear(try weights.weight(path, shape: shape), packing: packing)
        }
        qProj = try linear("q_proj", [H * D, C])
        kProj = try linear("k_proj", [Hkv * D, C])
        vProj = try linear("v_proj", [Hkv * D, C])
        oProj = try linear("o_proj", [C, H * D])
    }

    func callAsFunction(_ x: Tensor, _ context: any AttentionContext, _ hooks: Hooks) throws
        -> Tensor
    {
        let B = x.size(0), T = x.size(1)
        let q = try hooks(.query(layer: layer), qProj(x).reshaped(B, T, H, D))
        let k = try hooks(.key(layer: layer), kProj(x).reshaped(B, T, Hkv, D))
        let v = try hooks(.value(layer: layer), vProj(x).reshaped(B, T, Hkv, D))
        let (cos, sin) = (context.cos, context.sin)
        let z = try context.attend(
            layer: layer, query: q.rotary(cos: cos, sin: sin), key: k.rotary(cos: cos, sin: sin),
            value: v)
        return try oProj(hooks(.headOutput(layer: layer), z).reshaped(B, T, H * D))
    }

    var linears: [(String, Linear)] {
        [("q_proj", qProj), ("k_proj", kProj), ("v_proj", vProj), ("o_proj", oProj)]
    }
}

/// SwiGLU: `down(silu(gate(x)) · up(x))` (Shazeer 2020).
private final class MLP {
    let layer: Int
    let gateProj, upProj, downProj: Linear

    init(
        _ layer: Int, _ configuration: LlamaConfiguration, _ weights: any WeightSource,
        packing: Bool
    ) throws {
        self.layer = layer
        let C = configuration.hiddenSize, F = configuration.intermediateSize
        func linear(_ name: String, _ shape: [Int]) throws -> Linear {
            let path = "model.layers.\(layer).mlp.\(name).weight"
            return Linear(try weights.weight(path, shape: shape), packing: packing)
        }
        gateProj = try linear("gate_proj", [F, C])
        upProj = try linear("up_proj", [F, C])
        downProj = try linear("down_proj", [C, F])
    }

    func callAsFunction(_ x: Tensor, _ hooks: Hooks) throws -> Tensor {
        try downProj(hooks(.mlpPost(layer: layer), gateProj(x).swiGLU(upProj(x))))
    }

    var linears: [(String, Linear)] {
        [("gate_proj", gateProj), ("up_proj", upProj), ("down_proj", downProj)]
    }
}
