internal import KeelTensor

extension Transformer {
    /// One transformer block: attention, then the MLP, each after its norm and added to the stream.
    final class Block {
        private let layer: Int
        private let attention: Attention
        private let mlp: MLP
        private let attentionNorm, mlpNorm: RMSNorm
        /// Norms of what attention and MLP give, where the family has them.
        private let attentionOutputNorm, mlpOutputNorm: RMSNorm?

        init(
            _ layer: AttentionLayer, _ configuration: TransformerConfiguration,
            _ weights: any WeightSource, packing: WeightPrecision?
        ) throws {
            let path = "model.layers.\(layer.index)"
            self.layer = layer.index
            attention = try Attention(
                layer, path + ".self_attn", configuration, weights, packing: packing)
            mlp = try MLP(layer.index, path + ".mlp", configuration, weights, packing: packing)
            func norm(_ name: String) throws -> RMSNorm {
                try RMSNorm(
                    "\(path).\(name)", configuration.hiddenSize, configuration, weights,
                    packing: packing)
            }
            attentionNorm = try norm("input_layernorm")
            if configuration.normsOutputs {
                attentionOutputNorm = try norm("post_attention_layernorm")
                mlpNorm = try norm("pre_feedforward_layernorm")
                mlpOutputNorm = try norm("post_feedforward_layernorm")
            } else {
                mlpNorm = try norm("post_attention_layernorm")
                (attentionOutputNorm, mlpOutputNorm) = (nil, nil)
            }
        }

        func callAsFunction(_ x: Tensor, _ context: any AttentionContext, _ hooks: Hooks) throws
            -> Tensor
        {
            var x = try hooks(.residPre(layer: layer), x)
            let attentionInput = try hooks(.attentionInput(layer: layer), attentionNorm(x))
            let read = try attention(attentionInput, context, hooks)
            x =
                try x
                + hooks(.attentionOutput(layer: layer), attentionOutputNorm?(read) ?? read)
            x = try hooks(.residMid(layer: layer), x)
            let mlpInput = try hooks(.mlpInput(layer: layer), mlpNorm(x))
            let written = try mlp(mlpInput, hooks)
            x = try x + hooks(.mlpOutput(layer: layer), mlpOutputNorm?(written) ?? written)
            return try hooks(.residPost(layer: layer), x)
        }

        var norms: [(name: String, value: Tensor)] {
            ([attentionNorm, attentionOutputNorm, mlpNorm, mlpOutputNorm] + attention.norms)
                .compactMap { $0?.parameter }
        }

        var linears: [(String, Linear)] {
            attention.linears.map { ("self_attn.\($0)", $1) }
                + mlp.linears.map { ("mlp.\($0)", $1) }
        }
    }

    /// Grouped-query attention: `H / Hkv` query heads share one head of keys and values (Ainslie 2023).
    private final class Attention {
        private let layer: AttentionLayer
        private let H, Hkv, D: Int
        private let qProj, kProj, vProj, oProj: Linear
        /// Of each head, where the family has them.
        private let qNorm, kNorm: RMSNorm?

        init(
            _ layer: AttentionLayer, _ path: String, _ configuration: TransformerConfiguration,
            _ weights: any WeightSource, packing: WeightPrecision?
        ) throws {
            self.layer = layer
            (H, Hkv) = (configuration.numAttentionHeads, configuration.numKeyValueHeads)
            D = configuration.headDimension
            let C = configuration.hiddenSize
            let bias = configuration.attentionBias
            func linear(_ name: String, _ shape: [Int], bias: Bool) throws -> Linear {
                try Linear("\(path).\(name)", shape, bias: bias, weights, packing: packing)
            }
            qProj = try linear("q_proj", [H * D, C], bias: bias != .none)
            kProj = try linear("k_proj", [Hkv * D, C], bias: bias != .none)
            vProj = try linear("v_proj", [Hkv * D, C], bias: bias != .none)
            oProj = try linear("o_proj", [C, H * D], bias: bias == .all)
            if configuration.normsQueriesAndKeys {
                qNorm = try RMSNorm("\(path).q_norm", D, configuration, weights, packing: packing)
                kNorm = try RMSNorm("\(path).k_norm", D, configuration, weights, packing: packing)
            } else {
                (qNorm, kNorm) = (nil, nil)
            }
        }

        func callAsFunction(_ x: Tensor, _ context: any AttentionContext, _ hooks: Hooks) throws
            -> Tensor
        {
            let B = x.size(0), T = x.size(1)
            var q = try qProj(x).reshaped(B, T, H, D)
            var k = try kProj(x).reshaped(B, T, Hkv, D)
            if let qNorm, let kNorm { (q, k) = (try qNorm(q), try kNorm(k)) }
            q = try hooks(.query(layer: layer.index), q)
            k = try hooks(.key(layer: layer.index), k)
            let v = try hooks(.value(layer: layer.index), vProj(x).reshaped(B, T, Hkv, D))
            let z = try context.attend(
                layer: layer, query: context.rotations.turned(q, by: layer.rope),
                key: context.rotations.turned(k, by: layer.rope), value: v)
            return try oProj(hooks(.headOutput(layer: layer.index), z).reshaped(B, T, H * D))
        }

        var norms: [RMSNorm?] { [qNorm, kNorm] }

        var linears: [(String, Linear)] {
            [("q_proj", qProj), ("k_proj", kProj), ("v_proj", vProj), ("o_proj", oProj)]
        }
    }

    /// A gated MLP: `down(act(gate(x)) · up(x))` (Shazeer 2020).
    private final class MLP {
        private let layer: Int
        private let activation: TransformerConfiguration.Activation
        private let gateProj, upProj, downProj: Linear

        init(
            _ layer: Int, _ path: String, _ configuration: TransformerConfiguration,
            _ weights: any WeightSource, packing: WeightPrecision?
        ) throws {
            self.layer = layer
            activation = configuration.activation
            let C = configuration.hiddenSize, F = configuration.intermediateSize
            func linear(_ name: String, _ shape: [Int]) throws -> Linear {
                try Linear(
                    "\(path).\(name)", shape, bias: configuration.mlpBias, weights, packing: packing
                )
            }
            gateProj = try linear("gate_proj", [F, C])
            upProj = try linear("up_proj", [F, C])
            downProj = try linear("down_proj", [C, F])
        }

        func callAsFunction(_ x: Tensor, _ hooks: Hooks) throws -> Tensor {
            let gate = try gateProj(x), up = try upProj(x)
            let neurons =
                switch activation {
                case .silu: try gate.swiGLU(up)
                case .geluTanh: try gate.gelu(approximate: true) * up
                }
            return try downProj(hooks(.mlpPost(layer: layer), neurons))
        }

        var linears: [(String, Linear)] {
            [("gate_proj", gateProj), ("up_proj", upProj), ("down_proj", downProj)]
        }
    }
}

extension Linear {
    fileprivate convenience init(
        _ path: String, _ shape: [Int], bias: Bool, _ weights: any WeightSource,
        packing: WeightPrecision?
    ) throws {
        try self.init(
            weights.weight(path + ".weight", shape: shape),
            bias: bias ? weights.weight(path + ".bias", shape: [shape[0]]) : nil,
            packing: packing)
    }
}
