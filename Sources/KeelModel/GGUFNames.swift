/// How llama.cpp names the tensors of a family, and how its checkpoints do.
///
/// - Source: gguf-py, `tensor_mapping.py`.
struct GGUFNames {
    private let blockNames: [String: String]
    private static let topNames = [
        "token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head",
    ]

    init(_ family: ModelFamily) {
        var names = [
            "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj",
            "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
            "attn_output": "self_attn.o_proj", "attn_q_norm": "self_attn.q_norm",
            "attn_k_norm": "self_attn.k_norm", "ffn_norm": "post_attention_layernorm",
            "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
        ]
        if family == .gemma3 {
            names["post_attention_norm"] = "post_attention_layernorm"
            names["ffn_norm"] = "pre_feedforward_layernorm"
            names["post_ffw_norm"] = "post_feedforward_layernorm"
        }
        blockNames = names
    }

    /// The checkpoint's name of a tensor in GGUF; nil for one that no layer has.
    func checkpointName(_ name: String) -> String? {
        let parts = name.split(separator: ".").map(String.init)
        guard let kind = parts.last, kind == "weight" || kind == "bias" else { return nil }
        if parts.count == 2 { return Self.topNames[parts[0]].map { "\($0).\(kind)" } }
        guard parts.count == 4, parts[0] == "blk", let block = blockNames[parts[2]] else {
            return nil
        }
        return "model.layers.\(parts[1]).\(block).\(kind)"
    }

    /// The way back from `checkpointName`.
    func ggufName(_ name: String) -> String? {
        let parts = name.split(separator: ".").map(String.init)
        guard let kind = parts.last else { return nil }
        let path = parts.dropLast().joined(separator: ".")
        if let top = Self.topNames.first(where: { $0.value == path }) {
            return "\(top.key).\(kind)"
        }
        guard parts.count >= 5, parts[..<2] == ["model", "layers"] else { return nil }
        let block = parts[3..<parts.count - 1].joined(separator: ".")
        return blockNames.first { $0.value == block }.map { "blk.\(parts[2]).\($0.key).\(kind)" }
    }
}
