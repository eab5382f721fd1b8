public import Foundation

extension BytePairTokenizer {
    /// A tokenizer from a `tokenizer.json` of Hugging Face `tokenizers`.
    ///
    /// Reads byte-level BPE, the models of GPT-2, SmolLM, Llama 3, Qwen 2 and their kin, and BPE with
    /// bytes for what is left, those of Llama 2, Mistral and Gemma. The file's `truncation` and
    /// `padding` belong to batches and are not read.
    ///
    /// - Parameters:
    ///   - tokenizerJSON: the contents of the file.
    ///   - beginningOfSequence: `bos_token` of `tokenizer_config.json`.
    ///   - endOfSequence: `eos_token` of `tokenizer_config.json`.
    /// - Throws: `TokenizerError`, with `unsupported` for every component not known here.
    public init(
        tokenizerJSON: Data, beginningOfSequence: String? = nil, endOfSequence: String? = nil
    ) throws(TokenizerError) {
        let root = try JSONReader.read(Array(tokenizerJSON))
        guard let model = root["model"] else {
            throw .malformed(path: "model", expected: "present")
        }
        let (spelling, stripsFirstSpace) = try Self.spelling(model: model, decoder: root["decoder"])
        let added = try Self.addedTokens(root["added_tokens"])
        let vocabulary = try Self.vocabulary(model["vocab"], added: added)
        var ids: [ByteString: Int] = [:]
        for (id, token) in vocabulary.enumerated() { ids[ByteString(token.utf8)] = id }

        func id(of token: String?, at path: String) throws(TokenizerError) -> Int? {
            guard let token else { return nil }
            guard let id = ids[ByteString(token.utf8)] else {
                throw .malformed(
                    path: path, expected: "in the vocabulary, but is \(token.debugDescription)")
            }
            return id
        }
        let (normalization, preTokenizer) = try Self.preparation(
            root["normalizer"], root["pre_tokenizer"], spelling)
        let prefix = try Self.prefixToken(root["post_processor"])
        let beginning = try id(of: beginningOfSequence, at: "bos_token")
        let prefixID = try id(of: prefix, at: "post_processor")
        try self.init(
            vocabulary: vocabulary, merges: .listed(try Self.merges(model["merges"])),
            spelling: spelling, addedTokens: added, preTokenizer: preTokenizer,
            normalization: normalization,
            ignoresMerges: try Self.flag(model, "ignore_merges", at: "model"),
            unknown: try id(of: model["unk_token"]?.string, at: "model.unk_token"),
            beginningOfSequence: prefixID ?? beginning,
            endOfSequence: try id(of: endOfSequence, at: "eos_token"),
            addsBeginningOfSequence: prefixID != nil, stripsFirstSpace: stripsFirstSpace)
    }

    /// How tokens spell text, and whether decoding leaves out a space that the text begins with.
    private static func spelling(
        model: JSONValue, decoder: JSONValue?
    ) throws(TokenizerError) -> (Spelling, stripsFirstSpace: Bool) {
        // Files older than tokenizers 0.9 do not say the type.
        let type = model["type"] ?? .string("BPE")
        guard type.string == "BPE" else { throw unsupported("model.type", type) }
        for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let value = model[name], !value.isNull, value.string != "" {
                throw unsupported("model.\(name)", value)
            }
        }
        if let dropout = model["dropout"], !dropout.isNull, dropout.int != 0 {
            throw unsupported("model.dropout", dropout)
        }
        if let unknown = model["unk_token"], !unknown.isNull {
            guard unknown.string != nil else {
                throw .malformed(path: "model.unk_token", expected: "a token or null")
            }
        }
        // With a token for each byte, nothing is unknown.
        if try flag(model, "byte_fallback", at: "model") {
            if try flag(model, "ignore_merges", at: "model") {
                throw .unsupported(component: "model.ignore_merges", found: "true")
            }
            return (.scalars, try stripsFirstSpace(decoder))
        }
        if let unknown = model["unk_token"], !unknown.isNull,
            try flag(model, "fuse_unk", at: "model")
        {
            throw .unsupported(component: "model.fuse_unk", found: "true")
        }
        guard let decoder, decoder["type"]?.string == "ByteLevel" else {
            throw unsupported("decoder", decoder)
        }
        return (.bytes, false)
    }

    private static func vocabulary(
        _ value: JSONValue?, added: [AddedToken]
    ) throws(TokenizerError) -> [String] {
        guard case .object(let members)? = value, !members.isEmpty else {
            throw .malformed(path: "model.vocab", expected: "an object from tokens to ids")
        }
        // Gaps between ids happen; a gap that would fill the memory does not.
        let limit = 4 * (members.count + added.count) + 1024
        var vocabulary = [String](repeating: "", count: members.count)
        func place(_ token: String, at id: Int?) throws(TokenizerError) {
            guard let id, 0..<limit ~= id, !token.isEmpty else {
                throw .malformed(
                    path: "id of token \(token.debugDescription)",
                    expected: "a whole number from 0 to \(limit - 1)")
            }
            while vocabulary.count <= id { vocabulary.append("") }
            guard vocabulary[id].isEmpty || vocabulary[id].utf8.elementsEqual(token.utf8) else {
                throw .malformed(
                    path: "id \(id)",
                    expected: "of one token, but \(vocabulary[id].debugDescription) and "
                        + "\(token.debugDescription) have it")
            }
            vocabulary[id] = token
        }
        for (token, id) in members { try place(token, at: id.int) }
        for token in added { try place(token.content, at: token.id) }
        return vocabulary
    }

    private static func merges(_ value: JSONValue?) throws(TokenizerError) -> [(String, String)] {
        guard let elements = value?.array else {
            throw .malformed(path: "model.merges", expected: "an array")
        }
        var merges: [(String, String)] = []
        merges.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            if let pair = element.string.flatMap({ split(merge: $0) }) {
                merges.append(pair)
            } else if let pair = element.array, pair.count == 2, let left = pair[0].string,
                let right = pair[1].string
            {
                merges.append((left, right))
            } else {
                throw .malformed(
                    path: "model.merges[\(index)]", expected: #""a b" or ["a", "b"]"#)
            }
        }
        return merges
    }

    private static func addedTokens(_ value: JSONValue?) throws(TokenizerError) -> [AddedToken] {
        guard let value, !value.isNull else { return [] }
        guard let elements = value.array else {
            throw .malformed(path: "added_tokens", expected: "an array")
        }
        var tokens: [AddedToken] = []
        for (index, element) in elements.enumerated() {
            let path = "added_tokens[\(index)]"
            guard let id = element["id"]?.int, let content = element["content"]?.string else {
                throw .malformed(path: path, expected: "an object with an id and a content")
            }
            let isSpecial = try flag(element, "special", at: path)
            tokens.append(
                AddedToken(
                    id: id, content: content, isSpecial: isSpecial,
                    isSingleWord: try flag(element, "single_word", at: path),
                    stripsLeft: try flag(element, "lstrip", at: path),
                    stripsRight: try flag(element, "rstrip", at: path),
                    isNormalized: try flag(element, "normalized", at: path)))
        }
        return tokens
    }
}
