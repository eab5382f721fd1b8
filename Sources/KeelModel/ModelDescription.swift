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
            try describe(try GGUFFile.parts(of: language.path), in: folder, type: type)
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
        if config["text_config"] != nil {
            // Of a multimodal model the text part is written, and so it is described as one.
            var text = try ConfigFile(json: Data(contentsOf: URL(filePath: path)))
            text.architectures = ModelFamily(rawValue: text.model_type).map { [$0.className] }
            text.dtype = type.rawValue
            return try write(text, "config.json", folder)
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

    private func describe(_ files: [GGUFFile], in folder: String, type: ElementType) throws {
        let file = files[0]
        let tokenizer = language.tokenizer
        func token(_ key: String) throws -> Int? {
            guard let id: Int = try file.optionalValue("tokenizer.ggml.\(key)_token_id"),
                tokenizer.token(id) != nil
            else { return nil }
            return id
        }
        let padding = try token("padding")
        let ends = EndTokens(first: tokenizer.endOfSequence, all: language.endTokens)
        var config = try ConfigFile(file, parts: files)
        config.dtype = type.rawValue
        config.torch_dtype = type.rawValue
        config.bos_token_id = tokenizer.beginningOfSequence
        config.eos_token_id = ends
        config.pad_token_id = padding
        try write(config, "config.json", folder)
        try write(
            GenerationFile(
                bos_token_id: tokenizer.beginningOfSequence, eos_token_id: ends,
                pad_token_id: padding), "generation_config.json", folder)
        try write(
            TokenizerFile(
                bos_token: tokenizer.beginningOfSequence.flatMap(tokenizer.token),
                chat_template: file.optionalValue("tokenizer.chat_template"),
                eos_token: tokenizer.endOfSequence.flatMap(tokenizer.token),
                model_max_length: language.model.configuration.maxPositionEmbeddings,
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

// The keys are those of the files.

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
