public import Foundation

/// The sizes and constants of a Llama-shaped model, in the words of `config.json`.
public struct LlamaConfiguration: Hashable, Sendable {
    public var vocabularySize: Int
    public var hiddenSize: Int
    public var intermediateSize: Int
    public var numHiddenLayers: Int
    public var numAttentionHeads: Int
    public var numKeyValueHeads: Int
    public var headDimension: Int
    public var maxPositionEmbeddings: Int
    public var rmsNormEpsilon: Double
    public var ropeTheta: Double
    public var tieWordEmbeddings: Bool

    public init(
        vocabularySize: Int, hiddenSize: Int, intermediateSize: Int, numHiddenLayers: Int,
        numAttentionHeads: Int, numKeyValueHeads: Int, headDimension: Int,
        maxPositionEmbeddings: Int,
        rmsNormEpsilon: Double, ropeTheta: Double, tieWordEmbeddings: Bool
    ) throws(ModelError) {
        self.vocabularySize = vocabularySize
        self.hiddenSize = hiddenSize
        self.intermediateSize = intermediateSize
        self.numHiddenLayers = numHiddenLayers
        self.numAttentionHeads = numAttentionHeads
        self.numKeyValueHeads = numKeyValueHeads
        self.headDimension = headDimension
        self.maxPositionEmbeddings = maxPositionEmbeddings
        self.rmsNormEpsilon = rmsNormEpsilon
        self.ropeTheta = ropeTheta
        self.tieWordEmbeddings = tieWordEmbeddings

        let sizes = [
            ("vocab_size", vocabularySize, 1 << 24), ("hidden_size", hiddenSize, 1 << 20),
            ("intermediate_size", intermediateSize, 1 << 20),
            ("num_hidden_layers", numHiddenLayers, 1 << 12),
            ("num_attention_heads", numAttentionHeads, 1 << 12),
            ("num_key_value_heads", numKeyValueHeads, 1 << 12),
            ("head_dim", headDimension, 1 << 12),
            ("max_position_embeddings", maxPositionEmbeddings, 1 << 24),
        ]
        for (name, value, limit) in sizes where value < 1 || value > limit {
            throw .configuration("\(name) is \(value); it must be from 1 to \(limit)")
        }
        guard numAttentionHeads.isMultiple(of: numKeyValueHeads) else {
            throw .configuration(
                "num_attention_heads (\(numAttentionHeads)) is no multiple of "
                    + "num_key_value_heads (\(numKeyValueHeads))")
        }
        guard headDimension.isMultiple(of: 2) else {
            throw .configuration(
                "head_dim is \(headDimension); rotary embedding needs an even number")
        }
        guard rmsNormEpsilon > 0, ropeTheta > 0, rmsNormEpsilon.isFinite, ropeTheta.isFinite else {
            throw .configuration("rms_norm_eps and rope_theta must be above 0")
        }
    }

    /// Number of weights, the output layer not counted when it is tied.
    public var parameterCount: Int {
        let attention = hiddenSize * headDimension * (numAttentionHeads + numKeyValueHeads) * 2
        let block = attention + 3 * hiddenSize * intermediateSize + 2 * hiddenSize
        return numHiddenLayers * block + hiddenSize
            + vocabularySize * hiddenSize * (tieWordEmbeddings ? 1 : 2)
    }
}

extension LlamaConfiguration {
    /// Reads a `config.json` of `LlamaForCausalLM`, with the old or the new spelling of rope keys.
    /// - Throws: `ModelError.configuration`, naming the key that is missing or not supported.
    public init(json: Data) throws {
        let file: ConfigFile
        do {
            file = try JSONDecoder().decode(ConfigFile.self, from: json)
        } catch DecodingError.keyNotFound(let key, _) {
            throw ModelError.configuration("config.json has no \"\(key.stringValue)\"")
        } catch DecodingError.typeMismatch(_, let context) {
            let key = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw ModelError.configuration("config.json has a \"\(key)\" of the wrong type")
        } catch DecodingError.dataCorrupted(let context) {
            throw ModelError.configuration("config.json: \(context.debugDescription)")
        } catch {
            throw ModelError.configuration("config.json cannot be read: \(error)")
        }
        guard file.model_type == "llama" else {
            throw ModelError.configuration(
                "model_type \"\(file.model_type)\" is not supported yet; supported: llama")
        }
        guard file.hidden_act ?? "silu" == "silu", file.attention_bias != true,
            file.mlp_bias != true
        else {
            throw ModelError.configuration(
                "only hidden_act silu without attention_bias and mlp_bias is supported")
        }
        let rope = file.rope_parameters ?? file.rope_scaling
        if let type = rope?.rope_type ?? rope?.type, type != "default" {
            throw ModelError.configuration(
                "rope type \"\(type)\" is not supported yet; supported: default")
        }
        guard file.num_attention_heads > 0 else {
            throw ModelError.configuration("num_attention_heads is \(file.num_attention_heads)")
        }
        try self.init(
            vocabularySize: file.vocab_size, hiddenSize: file.hidden_size,
            intermediateSize: file.intermediate_size, numHiddenLayers: file.num_hidden_layers,
            numAttentionHeads: file.num_attention_heads,
            numKeyValueHeads: file.num_key_value_heads ?? file.num_attention_heads,
            headDimension: file.head_dim ?? file.hidden_size / file.num_attention_heads,
            maxPositionEmbeddings: file.max_position_embeddings ?? 2048,
            rmsNormEpsilon: file.rms_norm_eps ?? 1e-6,
            ropeTheta: rope?.rope_theta ?? file.rope_theta ?? 10_000,
            tieWordEmbeddings: file.tie_word_embeddings ?? false)
    }

    // The keys are those of the file.
    private struct ConfigFile: Decodable {
        var model_type: String
        var vocab_size: Int
        var hidden_size: Int
        var intermediate_size: Int
        var num_hidden_layers: Int
        var num_attention_heads: Int
        var num_key_value_heads: Int?
        var head_dim: Int?
        var max_position_embeddings: Int?
        var rms_norm_eps: Double?
        var rope_theta: Double?
        var rope_scaling: Rope?
        var rope_parameters: Rope?
        var tie_word_embeddings: Bool?
        var hidden_act: String?
        var attention_bias: Bool?
        var mlp_bias: Bool?

        struct Rope: Decodable {
            var rope_type: String?
            var type: String?
            var rope_theta: Double?
        }
    }
}
