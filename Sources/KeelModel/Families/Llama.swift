extension TransformerConfiguration {
    /// Llama 2 and 3 and their kin, such as SmolLM2 and TinyLlama (Touvron 2023, Dubey 2024): what
    /// the others are described against.
    static func llama(_ file: ConfigFile) throws(ModelError) -> TransformerConfiguration {
        try check(file.hidden_act, is: "silu")
        var result = try TransformerConfiguration(file, family: .llama)
        result.attentionBias = file.attention_bias == true ? .all : .none
        result.mlpBias = file.mlp_bias ?? false
        return result
    }
}
