internal import Crypto
internal import Foundation
public import KeelLanguage
public import KeelTokenizer

extension LanguageModel {
    /// The tokenizer of a model, without its weights.
    public static func tokenizer(of base: String) throws -> BytePairTokenizer {
        try ModelFiles(at: ModelCatalogue.path(of: base)).tokenizer
    }

    /// What reads and writes a model's conversations, and ends its answers, without its weights.
    public static func chat(of base: String) throws -> (chat: ChatRenderer, endTokens: Set<Int>) {
        let files = try ModelFiles(at: ModelCatalogue.path(of: base))
        return (ChatRenderer(template: files.template, tokenizer: files.tokenizer), files.endTokens)
    }

    /// Sizes and constants of a model, without its weights.
    public static func configuration(of base: String) throws -> TransformerConfiguration {
        try ModelFiles(at: ModelCatalogue.path(of: base)).configuration
    }

    /// What decides a model's numbers: SHA-256 of its files and of each adapter's, by name.
    public static func identity(of reference: ModelReference) throws -> [String: String] {
        var identity = ["model sha256": try hash(of: ModelCatalogue.path(of: reference.base))]
        for (index, adapter) in reference.adapters.enumerated() {
            identity["adapter \(index + 1) sha256"] = try hash(of: adapter)
        }
        return identity
    }

    /// What a model is, in names and values for a person; its weights are not loaded.
    public static func facts(of base: String) throws -> [(name: String, value: String)] {
        let path = try ModelCatalogue.path(of: base)
        let files = try ModelFiles(at: path)
        let configuration = files.configuration
        return [
            ("path", path), ("architecture", configuration.family.rawValue),
            ("parameters", "\(configuration.parameterCount)"),
            ("layers", "\(configuration.numHiddenLayers)"),
            ("hidden size", "\(configuration.hiddenSize)"),
            (
                "heads",
                "\(configuration.numAttentionHeads) for queries, \(configuration.numKeyValueHeads) for keys and values"
            ),
            ("vocabulary", "\(configuration.vocabularySize) tokens"),
            ("window", "\(configuration.maxPositionEmbeddings) tokens"),
            ("sha256", try hash(of: path)),
        ]
    }

    /// SHA-256 of a file, or of the names and hashes of all that decides what a folder's model says.
    private static func hash(of path: String) throws -> String {
        guard let all = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            return try ModelFetcher.sha256(of: path)
        }
        let names = all.filter { name in
            [".safetensors", ".json", ".jinja"].contains { name.hasSuffix($0) }
        }
        guard names.contains(where: { $0.hasSuffix(".safetensors") }) else {
            throw ModelError.unreadable(path: path, reason: "it holds no weights")
        }
        var hash = SHA256()
        for name in names.sorted() {
            hash.update(
                data: Data(try "\(name) \(ModelFetcher.sha256(of: path + "/" + name))\n".utf8))
        }
        return hash.finalize().map { String(format: "%02x", $0) }.joined()
    }
}
