internal import Foundation

/// The keys of `config.json` that decide a model's computation, under the names they have there.
///
/// Older files say `rope_theta` and `rope_scaling` where newer ones say `rope_parameters`; `rope`
/// is what either says.
struct ConfigFile: Codable {
    var architectures: [String]?
    var model_type: String
    var vocab_size: Int?
    var hidden_size: Int?
    var intermediate_size: Int?
    var num_hidden_layers: Int?
    var num_attention_heads: Int?
    var num_key_value_heads: Int?
    var head_dim: Int?
    var max_position_embeddings: Int?
    var rms_norm_eps: Double?
    var tie_word_embeddings: Bool?
    var hidden_act: String?
    var attention_bias: Bool?
    var mlp_bias: Bool?
    var rope_theta: Double?
    var rope_scaling: Rope?
    var rope_parameters: RopeParameters?

    // Windows
    var sliding_window: Int?
    var use_sliding_window: Bool?
    var max_window_layers: Int?
    var layer_types: [String]?

    // SmolLM3
    var no_rope_layers: [Int]?
    var no_rope_layer_interval: Int?

    // Gemma
    var hidden_activation: String?
    var query_pre_attn_scalar: Double?
    var sliding_window_pattern: Int?
    var rope_local_base_freq: Double?
    var final_logit_softcapping: Double?
    var attn_logit_softcapping: Double?
    var use_bidirectional_attention: Bool?

    // What the weights are stored as, and which tokens begin, end and fill a text
    var dtype: String?
    var torch_dtype: String?
    var bos_token_id: Int?
    var eos_token_id: EndTokens?
    var pad_token_id: Int?

    struct Rope: Codable {
        var rope_type: String?
        var type: String?
        var rope_theta: Double?
        var factor: Double?
        var low_freq_factor: Double?
        var high_freq_factor: Double?
        var original_max_position_embeddings: Double?
    }

    /// One rotation for all layers, or one for each type of layer.
    struct RopeParameters: Codable {
        var all = Rope()
        var full_attention: Rope?
        var sliding_attention: Rope?

        private enum CodingKeys: String, CodingKey { case full_attention, sliding_attention }

        init(all: Rope) { self.all = all }

        init(from decoder: any Decoder) throws {
            all = try Rope(from: decoder)
            let types = try decoder.container(keyedBy: CodingKeys.self)
            full_attention = try types.decodeIfPresent(Rope.self, forKey: .full_attention)
            sliding_attention = try types.decodeIfPresent(Rope.self, forKey: .sliding_attention)
        }

        func encode(to encoder: any Encoder) throws {
            try all.encode(to: encoder)
            var types = encoder.container(keyedBy: CodingKeys.self)
            try types.encodeIfPresent(full_attention, forKey: .full_attention)
            try types.encodeIfPresent(sliding_attention, forKey: .sliding_attention)
        }
    }

    var rope: Rope {
        get {
            var rope = rope_parameters?.all ?? rope_scaling ?? Rope()
            rope.rope_theta = rope.rope_theta ?? rope_theta
            return rope
        }
        set { rope_parameters = RopeParameters(all: newValue) }
    }
}

extension ConfigFile {
    /// - Throws: `ModelError.configuration`, naming the key that is missing or of the wrong type.
    init(json: Data) throws(ModelError) {
        let decoder = JSONDecoder()
        do {
            let outer = try decoder.decode(Outer.self, from: json)
            if let text = outer.text_config {
                self = text
                if model_type == "gemma3" { model_type = ModelFamily.gemma3.rawValue }
                tie_word_embeddings = tie_word_embeddings ?? outer.tie_word_embeddings
                eos_token_id = eos_token_id ?? outer.eos_token_id
            } else {
                self = try decoder.decode(ConfigFile.self, from: json)
            }
            let keys = outer.text_config == nil ? outer.keys : outer.textKeys
            // A null means no window; where the key is missing, all but SmolLM3 have one of 4,096.
            if !keys.contains("sliding_window"), model_type != ModelFamily.smollm3.rawValue {
                sliding_window = 4096
            }
        } catch DecodingError.keyNotFound(let key, _) {
            throw .configuration("config.json has no \"\(key.stringValue)\"")
        } catch DecodingError.typeMismatch(_, let context) {
            let key = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw .configuration("config.json has a \"\(key)\" of the wrong type")
        } catch DecodingError.dataCorrupted(let context) {
            throw .configuration("config.json: \(context.debugDescription)")
        } catch {
            throw .configuration("config.json cannot be read: \(error)")
        }
    }

    /// A file as a whole; that of a multimodal model has its text part inside.
    private struct Outer: Decodable {
        var text_config: ConfigFile?
        var tie_word_embeddings: Bool?
        var eos_token_id: EndTokens?
        var keys: Set<String>
        var textKeys: Set<String> = []

        private struct AnyKey: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let all = try decoder.container(keyedBy: AnyKey.self)
            func key(_ name: String) -> AnyKey { AnyKey(stringValue: name) }
            keys = Set(all.allKeys.map(\.stringValue))
            text_config = try all.decodeIfPresent(ConfigFile.self, forKey: key("text_config"))
            if text_config != nil {
                let text = try all.nestedContainer(keyedBy: AnyKey.self, forKey: key("text_config"))
                textKeys = Set(text.allKeys.map(\.stringValue))
            }
            tie_word_embeddings = try all.decodeIfPresent(
                Bool.self, forKey: key("tie_word_embeddings"))
            eos_token_id = try all.decodeIfPresent(EndTokens.self, forKey: key("eos_token_id"))
        }
    }
}

/// One token that ends a text, or several with the tokenizer's own first.
struct EndTokens: Codable {
    var ids: [Int]

    init(first: Int?, all: Set<Int>) {
        ids = [first].compactMap { $0 } + all.subtracting([first].compactMap { $0 }).sorted()
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let one = try? container.decode(Int.self) {
            ids = [one]
        } else {
            ids = try container.decode([Int].self)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch ids.count {
        case 0: try container.encodeNil()
        case 1: try container.encode(ids[0])
        default: try container.encode(ids)
        }
    }
}
