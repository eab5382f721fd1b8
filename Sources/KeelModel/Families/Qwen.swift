extension TransformerConfiguration {
    /// Qwen 2 and 2.5 (Yang 2024): Llama with a bias on queries, keys and values.
    static func qwen2(_ file: ConfigFile) throws(ModelError) -> TransformerConfiguration {
        var result = try qwen(file, family: .qwen2)
        result.attentionBias = .queryKeyValue
        return result
    }

    /// Qwen 3 (Yang 2025): Llama with normed queries and keys, and heads of a size of their own.
    static func qwen3(_ file: ConfigFile) throws(ModelError) -> TransformerConfiguration {
        var file = file
        file.head_dim = file.head_dim ?? 128
        var result = try qwen(file, family: .qwen3)
        result.attentionBias = file.attention_bias == true ? .all : .none
        result.normsQueriesAndKeys = true
        return result
    }

    /// Where windows are switched on at all, the later layers have them.
    private static func qwen(_ file: ConfigFile, family: ModelFamily) throws(ModelError)
        -> TransformerConfiguration
    {
        try check(file.hidden_act, is: "silu")
        var result = try TransformerConfiguration(file, family: family, positions: 32_768)
        if file.use_sliding_window == true {
            let first = file.max_window_layers ?? 28
            try result.slide(file) { $0 >= first }
        }
        return result
    }
}
