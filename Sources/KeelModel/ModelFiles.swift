internal import Foundation
internal import KeelFormats
internal import KeelTokenizer

/// What a model's files say, before any weight is loaded.
struct ModelFiles {
    let configuration: TransformerConfiguration
    let weights: any WeightSource
    let tokenizer: BytePairTokenizer
    let template: ChatTemplate
    /// The model's own chat template; nil where it brings none.
    let templateSource: String?
    let endTokens: Set<Int>

    /// Used where a model brings no chat template of its own.
    private static let plainTemplate = """
        {% for message in messages %}{{ message['role'] }}: {{ message['content'] }}
        {% endfor %}{% if add_generation_prompt %}assistant: {% endif %}
        """

    /// Reads the files of a GGUF file or of a folder.
    init(at path: String) throws {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if isFolder.boolValue {
            try self.init(folder: path)
        } else {
            try self.init(gguf: path)
        }
    }

    private init(gguf path: String) throws {
        let files = try GGUFFile.parts(of: path)
        let file = files[0]
        let config = try ConfigFile(file, parts: files)
        configuration = try TransformerConfiguration(config)
        weights = try GGUFWeights(files, configuration)

        let end: Int? = try file.optionalValue("tokenizer.ggml.eos_token_id")
        tokenizer = try Self.naming(path) { try Self.tokenizer(file, end: end) }
        let source: String? = try file.optionalValue("tokenizer.chat_template")
        templateSource = source
        template = try Self.naming(path) {
            try ChatTemplate(source: source ?? Self.plainTemplate)
        }
        let turnEnd: Int? = try file.optionalValue("tokenizer.ggml.eot_token_id")
        let more: [Int]? = try file.optionalValue("keel.end_token_ids")
        endTokens = Set([end, turnEnd].compactMap { $0 } + (more ?? []))
    }

    private static func tokenizer(_ file: GGUFFile, end: Int?) throws -> BytePairTokenizer {
        let kind: String = try file.value("tokenizer.ggml.model")
        let tokens: [String] = try file.value("tokenizer.ggml.tokens")
        let types: [Int] = try file.value("tokenizer.ggml.token_type")
        let beginning: Int? = try file.optionalValue("tokenizer.ggml.bos_token_id")
        let adds: Bool? = try file.optionalValue("tokenizer.ggml.add_bos_token")
        switch kind {
        case "gpt2":
            return try BytePairTokenizer(
                tokens: tokens, merges: file.value("tokenizer.ggml.merges"), tokenTypes: types,
                pre: file.optionalValue("tokenizer.ggml.pre") ?? "default",
                beginningOfSequence: beginning, endOfSequence: end,
                addsBeginningOfSequence: adds ?? false)
        case "llama":
            return try BytePairTokenizer(
                tokens: tokens, scores: file.value("tokenizer.ggml.scores"), tokenTypes: types,
                addsSpace: file.optionalValue("tokenizer.ggml.add_space_prefix") ?? true,
                beginningOfSequence: beginning, endOfSequence: end,
                addsBeginningOfSequence: adds ?? true)
        default:
            throw ModelError.configuration(
                "the tokenizer \"\(kind)\" is not supported yet; supported: gpt2, llama")
        }
    }

    /// Adds the file to the error of a tokenizer or a template, which do not know where they are from.
    private static func naming<Value>(_ path: String, _ read: () throws -> Value) throws -> Value {
        do {
            return try read()
        } catch let error
            where error is TokenizerError || error is TemplateError || error is DecodingError
        {
            throw ModelError.malformed(path: path, reason: "\(error)")
        }
    }

    private init(folder: String) throws {
        func contents(_ name: String) throws -> Data? {
            let path = folder + "/" + name
            guard FileManager.default.fileExists(atPath: path) else { return nil }
            do {
                return try Data(contentsOf: URL(filePath: path))
            } catch {
                throw ModelError.unreadable(path: path, reason: error.localizedDescription)
            }
        }
        func required(_ name: String) throws -> Data {
            guard let data = try contents(name) else {
                throw ModelError.unreadable(
                    path: folder, reason: "it is no model folder, \(name) is missing")
            }
            return data
        }
        let file = try ConfigFile(json: required("config.json"))
        configuration = try TransformerConfiguration(file)
        weights = try SafetensorsWeights(folder: folder)
        let tokenizerConfig = try contents("tokenizer_config.json")
        let ends = try Self.naming(folder + "/tokenizer_config.json") {
            try tokenizerConfig.map { try JSONDecoder().decode(SequenceEnds.self, from: $0) }
        }
        tokenizer = try Self.naming(folder + "/tokenizer.json") {
            try BytePairTokenizer(
                tokenizerJSON: required("tokenizer.json"),
                beginningOfSequence: ends?.bos_token?.content,
                endOfSequence: ends?.eos_token?.content)
        }

        if let source = try contents("chat_template.jinja") {
            let text = String(decoding: source, as: UTF8.self)
            templateSource = text
            template = try Self.naming(folder + "/chat_template.jinja") {
                try ChatTemplate(source: text)
            }
        } else {
            let place = folder + "/tokenizer_config.json"
            let text: String? = try Self.naming(place) {
                try tokenizerConfig.flatMap {
                    try JSONDecoder().decode(TemplateFile.self, from: $0).chat_template
                }
            }
            templateSource = text
            template = try Self.naming(place) {
                try ChatTemplate(source: text ?? Self.plainTemplate)
            }
        }

        struct Ends: Decodable { var eos_token_id: EndTokens? }
        let generation = try Self.naming(folder + "/generation_config.json") {
            try contents("generation_config.json").map {
                try JSONDecoder().decode(Ends.self, from: $0)
            }
        }
        endTokens = Set((file.eos_token_id?.ids ?? []) + (generation?.eos_token_id?.ids ?? []))
    }

    /// What `tokenizer_config.json` says of the chat template: one, or several by name.
    private struct TemplateFile: Decodable {
        private struct Named: Decodable { var name, template: String }
        private enum CodingKeys: String, CodingKey { case chat_template }

        var chat_template: String?

        init(from decoder: any Decoder) throws {
            let file = try decoder.container(keyedBy: CodingKeys.self)
            if let all = try? file.decode([Named].self, forKey: .chat_template) {
                chat_template = (all.first { $0.name == "default" } ?? all.first)?.template
            } else {
                chat_template = try file.decodeIfPresent(String.self, forKey: .chat_template)
            }
        }
    }

    /// What `tokenizer_config.json` says of where a text begins and ends.
    private struct SequenceEnds: Decodable {
        /// A token as text, or as an object that holds the text.
        struct Token: Decodable {
            var content: String

            private enum CodingKeys: String, CodingKey { case content }

            init(from decoder: any Decoder) throws {
                if let text = try? decoder.singleValueContainer().decode(String.self) {
                    content = text
                } else {
                    content = try decoder.container(keyedBy: CodingKeys.self)
                        .decode(String.self, forKey: .content)
                }
            }
        }

        var bos_token: Token?
        var eos_token: Token?
    }
}
