internal import Foundation
internal import KeelFormats

extension ConfigFile {
    /// What the metadata of a GGUF file says, in the words of `config.json`.
    /// - Parameters:
    ///   - file: The one with the metadata.
    ///   - parts: All of which the model consists.
    /// - Throws: `GGUFError` for a key that is missing or of the wrong type;
    ///   `ModelError.configuration` for what is not supported.
    init(_ file: GGUFFile, parts: [GGUFFile]) throws {
        let architecture: String = try file.value("general.architecture")
        guard let family = ModelFamily.allCases.first(where: { $0.ggufName == architecture }) else {
            let known = Set(ModelFamily.allCases.map(\.ggufName)).sorted()
            throw ModelError.configuration(
                "the architecture \"\(architecture)\" is not supported yet; supported: "
                    + known.joined(separator: ", "))
        }
        func has(_ tensor: String) -> Bool { parts.contains { $0.tensors[tensor] != nil } }
        func found<Value: GGUFConvertible>(_ key: String) throws -> Value? {
            try file.optionalValue("\(architecture).\(key)")
        }
        func needed<Value: GGUFConvertible>(_ key: String) throws -> Value {
            try file.value("\(architecture).\(key)")
        }

        self.init(model_type: family.rawValue)
        architectures = [family.className]
        vocab_size = try file.value("tokenizer.ggml.tokens", as: [String].self).count
        hidden_size = try needed("embedding_length")
        intermediate_size = try needed("feed_forward_length")
        num_hidden_layers = try needed("block_count")
        num_attention_heads = try needed("attention.head_count")
        num_key_value_heads = try found("attention.head_count_kv") ?? num_attention_heads
        guard let heads = num_attention_heads, heads > 0 else {
            throw ModelError.configuration("\(architecture).attention.head_count must be above 0")
        }
        head_dim =
            try found("attention.key_length") ?? found("rope.dimension_count")
            ?? (hidden_size ?? 0) / heads
        max_position_embeddings = try needed("context_length")
        rms_norm_eps = try needed("attention.layer_norm_rms_epsilon")
        tie_word_embeddings = !has("output.weight")
        hidden_act = "silu"
        attention_bias = has("blk.0.attn_q.bias") && has("blk.0.attn_output.bias")
        mlp_bias = has("blk.0.ffn_down.bias")

        rope = try Rope(file, architecture, parts)
        rope_theta = rope.rope_theta
        sliding_window = try found("attention.sliding_window")
        switch family {
        case .smollm3: no_rope_layer_interval = 4
        case .gemma3:
            hidden_act = nil
            hidden_activation = "gelu_pytorch_tanh"
            sliding_window_pattern = try found("attention.sliding_window_pattern") ?? 6
            rope_local_base_freq = try found("rope.freq_base_swa") ?? 10_000
            final_logit_softcapping = try found("final_logit_softcapping")
            let perHead = Double(hidden_size ?? 0) / Double(heads)
            // As llama.cpp has it: the largest model alone scales by the width, not by the head.
            query_pre_attn_scalar = num_hidden_layers == 62 ? perHead : head_dim.map(Double.init)
            rope_parameters = RopeParameters(
                full: rope, sliding: Rope(rope_type: "default", rope_theta: rope_local_base_freq))
        default: break
        }
    }

    private init(model_type: String) { self.model_type = model_type }
}

extension ConfigFile.RopeParameters {
    init(full: ConfigFile.Rope, sliding: ConfigFile.Rope) {
        full_attention = full
        sliding_attention = sliding
    }
}

extension ConfigFile.Rope {
    fileprivate init(_ file: GGUFFile, _ architecture: String, _ parts: [GGUFFile]) throws {
        rope_theta = try file.optionalValue("\(architecture).rope.freq_base") ?? 10_000
        rope_type = try file.optionalValue("\(architecture).rope.scaling.type") ?? "default"
        if rope_type == "none" { rope_type = "default" }
        factor = try file.optionalValue("\(architecture).rope.scaling.factor")
        if let part = parts.first(where: { $0.tensors["rope_freqs.weight"] != nil }) {
            try stretch(part)
        }
    }

    /// Llama 3's scaling from what each angle is divided by, which is all that the file has of it.
    private mutating func stretch(_ file: GGUFFile) throws {
        let stored = try file.tensor("rope_freqs.weight")
        var divisors = [Float](repeating: 0, count: stored.elementCount)
        try divisors.withUnsafeMutableBufferPointer {
            try file.dequantize(stored.name, rows: 0..<stored.rowCount, into: $0)
        }
        guard let most = divisors.max(), most != 1 else { return }
        let theta = Float(rope_theta ?? 10_000)
        let plain = divisors.indices.map { 1 / pow(theta, Float($0) / Float(divisors.count)) }
        (rope_type, factor) = ("llama3", Double(most))
        (low_freq_factor, high_freq_factor) = (1, 4)
        original_max_position_embeddings = 8192
        let scaled = try Rope(self, theta: Double(theta)).frequencies(plain)
        let agrees = zip(divisors, zip(plain, scaled)).allSatisfy { divisor, angles in
            abs(divisor * angles.1 / angles.0 - 1) < 1e-3
        }
        guard agrees else {
            throw ModelError.configuration(
                "the angles in rope_freqs.weight are not those of Llama 3, which alone are supported"
            )
        }
    }
}
