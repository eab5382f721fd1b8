internal import Foundation
internal import KeelFormats
internal import KeelTensor
internal import KeelTokenizer

/// The files of a Hugging Face folder that stand beside the weights.
struct ModelDescription {
    private let language: LanguageModel

    init(_ language: LanguageModel) { self.language = language }

    /// Writes them for weights of the given type.
    func write(to folder: String, type: ElementType) throws {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: language.path, isDirectory: &isFolder)
        if isFolder.boolValue {
            try copy(to: folder, type: type)
        } else {
            try describe(try GGUFFile(path: language.path), in: folder, type: type)
        }
    }

    // MARK: From a folder

    private func copy(to folder: String, type: ElementType) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: language.path)
        for name in names
        where [".json", ".jinja", ".txt"].contains(where: name.hasSuffix)
            && name != "config.json" && !name.hasSuffix(".index.json")
        {
            try write(
                try Data(contentsOf: URL(filePath: language.path + "/" + name)), name, folder)
        }
        let path = language.path + "/config.json"
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path)))
        guard var config = json as? [String: Any] else {
            throw ModelError.malformed(path: path, reason: "it is not an object")
        }
        // The key's old name and its new one.
        config["torch_dtype"] = type.rawValue
        config["dtype"] = type.rawValue
        try write(
            try JSONSerialization.data(
                withJSONObject: config,
                options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]),
            "config.json", folder)
    }

    // MARK: From a GGUF file

    private func describe(_ file: GGUFFile, in folder: String, type: ElementType) throws {
        let configuration = language.model.configuration
        let tokenizer = language.tokenizer
        func token(_ key: String) throws -> Int? {
            guard let id: Int = try file.optionalValue("tokenizer.ggml.\(key)_token_id"),
                tokenizer.token(id) != nil
            else { return nil }
            return id
        }
        let padding = try token("padding")
        let ends = EndTokens(
            first: tokenizer.endOfSequence, all: language.endTokens.sorted())
        try write(
            ConfigFile(
                bos_token_id: tokenizer.beginningOfSequence, dtype: type.rawValue,
                eos_token_id: ends, head_dim: configuration.headDimension,
                hidden_size: configuration.hiddenSize,
                intermediate_size: configuration.intermediateSize,
                max_position_embeddings: configuration.maxPositionEmbeddings,
                num_attention_heads: configuration.numAttentionHeads,
                num_hidden_layers: configuration.numHiddenLayers,
                num_key_value_heads: configuration.numKeyValueHeads, pad_token_id: padding,
                rms_norm_eps: configuration.rmsNormEpsilon,
                rope_parameters: .init(rope_theta: configuration.ropeTheta),
                rope_theta: configuration.ropeTheta,
                tie_word_embeddings: configuration.tieWordEmbeddings, torch_dtype: type.rawValue,
                vocab_size: configuration.vocabularySize), "config.json", folder)
        try write(
            GenerationFile(
                bos_token_id: tokenizer.beginningOfSequence, eos_token_id: ends,
                pad_token_id: padding), "generation_config.json", folder)
        try write(
            TokenizerFile(
                bos_token: tokenizer.beginningOfSequence.flatMap(tokenizer.token),
                chat_template: file.optionalValue("tokenizer.chat_template"),
                eos_token: tokenizer.endOfSequence.flatMap(tokenizer.token),
                model_max_length: configuration.maxPositionEmbeddings,
                pad_token: padding.flatMap(tokenizer.token),
                unk_token: token("unknown").flatMap(tokenizer.token)),
            "tokenizer_config.json", folder)
        try write(tokenizer.tokenizerJSON(), "tokenizer.json", folder)
    }

    private func write(_ value: some Encodable, _ name: String, _ folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try write(try encoder.encode(value), name, folder)
    }

    private func write(_ data: Data, _ name: String, _ folder: String) throws {
        try data.write(to: URL(filePath: folder + "/" + name))
    }
}

/// One token id, or several with the tokenizer's own first.
private struct EndTokens: Encodable {
    var first: Int?
    var all: [Int]

    func encode(to encoder: any Encoder) throws {
        let rest = all.filter { $0 != first }
        let ids = [first].compactMap { $0 } + rest
        var container = encoder.singleValueContainer()
        switch ids.count {
        case 0: try container.encodeNil()
        case 1: try container.encode(ids[0])
        default: try container.encode(ids)
        }
    }
}

// The keys are those of the files.

private struct ConfigFile: Encodable {
    struct Rope: Encodable {
        var rope_theta: Double
        var rope_type = "default"
    }

    var architectures = ["LlamaForCausalLM"]
    var attention_bias = false
    var bos_token_id: Int?
    var dtype: String
    var eos_token_id: EndTokens
    var head_dim: Int
    var hidden_act = "silu"
    var hidden_size: Int
    var intermediate_size: Int
    var max_position_embeddings: Int
    var mlp_bias = false
    var model_type = "llama"
    var num_attention_heads: Int
    var num_hidden_layers: Int
    var num_key_value_heads: Int
    var pad_token_id: Int?
    var rms_norm_eps: Double
    var rope_parameters: Rope
    var rope_theta: Double
    var tie_word_embeddings: Bool
    var torch_dtype: String
    var vocab_size: Int
}

private struct GenerationFile: Encodable {
    var bos_token_id: Int?
    var eos_token_id: EndTokens
    var pad_token_id: Int?
}

private struct TokenizerFile: Encodable {
    var bos_token: String?
    var chat_template: String?
    var clean_up_tokenization_spaces = false
    var eos_token: String?
    var model_max_length: Int
    var pad_token: String?
    var tokenizer_class = "PreTrainedTokenizerFast"
    var unk_token: String?
}
