public import KeelTensor

/// A place in the forward pass where an activation can be read or changed.
///
/// Names are those of TransformerLens: `blocks.5.hook_resid_post`. `B` is batch, `T` positions, `C`
/// hidden size, `H` heads, `D` head dimension, `F` intermediate size.
public enum HookPoint: Hashable, Sendable, CustomStringConvertible {
    /// Token embeddings `[B, T, C]`.
    case embed
    /// Residual stream before a block `[B, T, C]`.
    case residPre(layer: Int)
    /// Input of attention after its norm `[B, T, C]`.
    case attentionInput(layer: Int)
    /// Queries as they will be rotated, normed where the family norms them `[B, T, H, D]`.
    case query(layer: Int)
    /// Keys as they will be rotated, normed where the family norms them `[B, T, Hkv, D]`.
    case key(layer: Int)
    /// Values `[B, T, Hkv, D]`.
    case value(layer: Int)
    /// What the heads read, before the output projection `[B, T, H, D]`.
    case headOutput(layer: Int)
    /// What attention adds to the residual stream `[B, T, C]`.
    case attentionOutput(layer: Int)
    /// Residual stream between attention and MLP `[B, T, C]`.
    case residMid(layer: Int)
    /// Input of the MLP after its norm `[B, T, C]`.
    case mlpInput(layer: Int)
    /// The neurons: gate times up `[B, T, F]`.
    case mlpPost(layer: Int)
    /// What the MLP adds to the residual stream `[B, T, C]`.
    case mlpOutput(layer: Int)
    /// Residual stream after a block `[B, T, C]`.
    case residPost(layer: Int)
    /// Input of the output layer after the last norm `[B, T, C]`.
    case finalNorm

    public var description: String {
        switch self {
        case .embed: "hook_embed"
        case .residPre(let layer): "blocks.\(layer).hook_resid_pre"
        case .attentionInput(let layer): "blocks.\(layer).ln1.hook_normalized"
        case .query(let layer): "blocks.\(layer).attn.hook_q"
        case .key(let layer): "blocks.\(layer).attn.hook_k"
        case .value(let layer): "blocks.\(layer).attn.hook_v"
        case .headOutput(let layer): "blocks.\(layer).attn.hook_z"
        case .attentionOutput(let layer): "blocks.\(layer).hook_attn_out"
        case .residMid(let layer): "blocks.\(layer).hook_resid_mid"
        case .mlpInput(let layer): "blocks.\(layer).ln2.hook_normalized"
        case .mlpPost(let layer): "blocks.\(layer).mlp.hook_post"
        case .mlpOutput(let layer): "blocks.\(layer).hook_mlp_out"
        case .residPost(let layer): "blocks.\(layer).hook_resid_post"
        case .finalNorm: "ln_final.hook_normalized"
        }
    }

    /// All points of a model, in the order the forward pass meets them.
    public static func all(layers: Int) -> [HookPoint] {
        let inBlock: [(Int) -> HookPoint] = [
            HookPoint.residPre, HookPoint.attentionInput, HookPoint.query, HookPoint.key,
            HookPoint.value,
            HookPoint.headOutput, HookPoint.attentionOutput, HookPoint.residMid, HookPoint.mlpInput,
            HookPoint.mlpPost, HookPoint.mlpOutput, HookPoint.residPost,
        ]
        return [.embed] + (0..<layers).flatMap { layer in inBlock.map { $0(layer) } } + [.finalNorm]
    }

    /// The point of this name in a model of so many layers; nil when there is none.
    public init?(_ name: String, layers: Int) {
        guard let point = Self.all(layers: layers).first(where: { $0.description == name }) else {
            return nil
        }
        self = point
    }
}

extension HookPoint {
    /// The block that the point is in; nil before the first and after the last.
    public var layer: Int? {
        switch self {
        case .embed, .finalNorm: nil
        case .residPre(let layer), .attentionInput(let layer), .query(let layer), .key(let layer),
            .value(let layer), .headOutput(let layer), .attentionOutput(let layer),
            .residMid(let layer), .mlpInput(let layer), .mlpPost(let layer),
            .mlpOutput(let layer), .residPost(let layer):
            layer
        }
    }

    /// How many blocks must run before an activation is there.
    func blocks(of layers: Int) -> Int {
        layer.map { $0 + 1 } ?? (self == .embed ? 0 : layers)
    }

    /// - Throws: `ModelError.configuration` when a model of so many layers has no such point.
    public func check(layers: Int) throws(ModelError) {
        if let layer, !(0..<layers).contains(layer) {
            throw .configuration(
                "\(self) asks for layer \(layer); layers are counted from 0 to \(layers - 1)")
        }
    }

    /// Numbers of one token at this point.
    public func width(in configuration: TransformerConfiguration) -> Int {
        switch self {
        case .query, .headOutput:
            configuration.numAttentionHeads * configuration.headDimension
        case .key, .value: configuration.numKeyValueHeads * configuration.headDimension
        case .mlpPost: configuration.intermediateSize
        default: configuration.hiddenSize
        }
    }
}

/// What to do at hook points during one forward pass.
///
/// An action gets the activation and returns what takes its place, or nil to leave it.
public struct Hooks {
    /// Gets an activation, in the shape that the point names; nil leaves it as it is.
    public typealias Action = (Tensor) throws -> Tensor?
    private var actions: [HookPoint: [Action]] = [:]

    public init() {}

    /// Adds an action; those of one point run in the order they were added.
    public mutating func at(_ point: HookPoint, _ action: @escaping Action) {
        actions[point, default: []].append(action)
    }

    func callAsFunction(_ point: HookPoint, _ activation: Tensor) throws -> Tensor {
        guard !actions.isEmpty, let actions = actions[point] else { return activation }
        return try actions.reduce(activation) { try $1($0) ?? $0 }
    }
}
