extension TransformerConfiguration {
    /// Mistral 7B and its kin (Jiang 2023): Llama, in which every layer may see a window only.
    static func mistral(_ file: ConfigFile) throws(ModelError) -> TransformerConfiguration {
        try check(file.hidden_act, is: "silu")
        var file = file
        file.num_key_value_heads = file.num_key_value_heads ?? 8
        var result = try TransformerConfiguration(file, family: .mistral, positions: 131_072)
        try result.slide(file.sliding_window) { _ in true }
        return result
    }
}
