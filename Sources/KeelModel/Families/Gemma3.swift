extension TransformerConfiguration {
    /// Gemma 3, the text part (Gemma Team 2025): norms before and after attention and MLP, whose
    /// weights are stored as what they add to 1; normed queries and keys; embeddings as long as the
    /// stream is wide; of `sliding_window_pattern` layers all but the last with a window, and with a
    /// rotation of its own, faster and never scaled.
    static func gemma3(_ file: ConfigFile) throws(ModelError) -> TransformerConfiguration {
        let known = "gelu_pytorch_tanh"
        try check(file.hidden_activation ?? file.hidden_act, is: known)
        guard file.final_logit_softcapping == nil, file.attn_logit_softcapping == nil,
            file.use_bidirectional_attention != true
        else {
            throw .configuration(
                "softcapping and bidirectional attention of Gemma are not supported")
        }
        // What the files of multimodal models leave out.
        var file = file
        file.vocab_size = file.vocab_size ?? 262_208
        file.num_attention_heads = file.num_attention_heads ?? 8
        file.num_key_value_heads = file.num_key_value_heads ?? 4
        file.head_dim = file.head_dim ?? 256
        file.tie_word_embeddings = file.tie_word_embeddings ?? true
        let full = file.rope_parameters?.full_attention ?? file.rope
        let sliding =
            file.rope_parameters?.sliding_attention
            ?? ConfigFile.Rope(rope_theta: file.rope_local_base_freq)
        file.rope = full
        file.rope.rope_theta = full.rope_theta ?? 1_000_000

        var result = try TransformerConfiguration(file, family: .gemma3, positions: 131_072)
        result.attentionBias = file.attention_bias == true ? .all : .none
        result.activation = .geluTanh
        result.normsQueriesAndKeys = true
        result.normsOutputs = true
        result.normOffset = 1
        result.embeddingScale = Double(result.hiddenSize).squareRoot()

        let pattern = file.sliding_window_pattern ?? 6
        guard pattern > 0 else {
            throw .configuration("sliding_window_pattern is \(pattern); it must be above 0")
        }
        try result.slide(file) { !($0 + 1).isMultiple(of: pattern) }
        let scalar = file.query_pre_attn_scalar ?? 256
        guard scalar > 0, scalar.isFinite else {
            throw .configuration("query_pre_attn_scalar is \(scalar); it must be above 0")
        }
        let fast = try Rope(sliding, theta: 10_000)
        for layer in result.layers.indices {
            result.layers[layer].scale = 1 / scalar.squareRoot()
            if result.layers[layer].window != nil { result.layers[layer].rope = fast }
        }
        return result
    }
}
