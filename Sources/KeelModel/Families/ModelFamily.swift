public import Foundation

/// The families of models that Keel computes, each named by its `model_type`.
///
/// One more takes a case here and a file beside this one (docs/architectures.md).
public enum ModelFamily: String, CaseIterable, Sendable {
    case llama, mistral, qwen2, qwen3, smollm3
    /// Gemma 3's text model, by the name that its `config.json` has for it.
    case gemma3 = "gemma3_text"

    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// The name in `architectures` of `config.json`.
    var className: String {
        switch self {
        case .llama: "LlamaForCausalLM"
        case .mistral: "MistralForCausalLM"
        case .qwen2: "Qwen2ForCausalLM"
        case .qwen3: "Qwen3ForCausalLM"
        case .smollm3: "SmolLM3ForCausalLM"
        case .gemma3: "Gemma3ForCausalLM"
        }
    }

    /// `general.architecture` of a GGUF file; Mistral's is Llama's, and so is read as that.
    package var ggufName: String {
        switch self {
        case .mistral: "llama"
        case .gemma3: "gemma3"
        default: rawValue
        }
    }

    /// Whether llama.cpp stores the two rows of queries and keys that a rotation turns side by side.
    var hasPairedRows: Bool {
        switch self {
        case .llama, .mistral, .smollm3: true
        case .qwen2, .qwen3, .gemma3: false
        }
    }

    func configuration(_ file: ConfigFile) throws(ModelError) -> TransformerConfiguration {
        switch self {
        case .llama: try .llama(file)
        case .mistral: try .mistral(file)
        case .qwen2: try .qwen2(file)
        case .qwen3: try .qwen3(file)
        case .smollm3: try .smollm3(file)
        case .gemma3: try .gemma3(file)
        }
    }
}

extension TransformerConfiguration {
    /// Reads a `config.json`, with the old or the new spelling of its keys.
    /// - Throws: `ModelError.configuration`, naming the key that is missing or not supported.
    public init(json: Data) throws(ModelError) {
        try self.init(ConfigFile(json: json))
    }

    init(_ file: ConfigFile) throws(ModelError) {
        guard let family = ModelFamily(rawValue: file.model_type) else {
            throw .configuration(
                "model_type \"\(file.model_type)\" is not supported yet; supported: "
                    + ModelFamily.names)
        }
        self = try family.configuration(file)
    }
}
