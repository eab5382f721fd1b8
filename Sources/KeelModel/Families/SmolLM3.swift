extension TransformerConfiguration {
    /// SmolLM3 (Bakouch 2025): Llama, in which some layers do not rotate queries and keys (NoPE,
    /// Yang 2025) and only these may have windows.
    static func smollm3(_ file: ConfigFile) throws(ModelError) -> TransformerConfiguration {
        try check(file.hidden_act, is: "silu")
        var file = file
        file.tie_word_embeddings = file.tie_word_embeddings ?? true
        file.rope.rope_theta = file.rope.rope_theta ?? 2_000_000
        var result = try TransformerConfiguration(file, family: .smollm3, positions: 32_768)
        result.attentionBias = file.attention_bias == true ? .all : .none
        result.mlpBias = file.mlp_bias ?? false

        let interval = file.no_rope_layer_interval ?? 4
        guard interval > 0, (file.no_rope_layers?.count ?? .max) >= result.layers.count else {
            throw .configuration("no_rope_layers must say 0 or 1 of each layer")
        }
        let rotates = file.no_rope_layers?.map { $0 != 0 }
        for layer in result.layers.indices
        where !(rotates?[layer] ?? !(layer + 1).isMultiple(of: interval)) {
            result.layers[layer].rope = nil
        }
        if file.use_sliding_window == true {
            let layers = result.layers
            try result.slide(file) { layers[$0].rope == nil }
        }
        return result
    }
}
