extension BytePairTokenizer {
    /// A tokenizer from the arrays of a GGUF file whose `tokenizer.ggml.model` is `gpt2`.
    ///
    /// - Parameters:
    ///   - tokens: `tokenizer.ggml.tokens`, the spellings by id.
    ///   - merges: `tokenizer.ggml.merges`, each two spellings with a space between.
    ///   - tokenTypes: `tokenizer.ggml.token_type`, one of 1 (normal) to 6 for each token; 2 (unknown)
    ///     and 3 (control) are special, 4 (user-defined) is found in the text as it stands.
    ///   - pre: `tokenizer.ggml.pre`, such as `smollm`.
    ///   - beginningOfSequence: `tokenizer.ggml.bos_token_id`.
    ///   - endOfSequence: `tokenizer.ggml.eos_token_id`.
    ///   - addsBeginningOfSequence: `tokenizer.ggml.add_bos_token`.
    /// - Throws: `TokenizerError`, with `unsupported` for a `pre` not known here.
    public init(
        tokens: [String], merges: [String], tokenTypes: [Int], pre: String,
        beginningOfSequence: Int? = nil, endOfSequence: Int? = nil,
        addsBeginningOfSequence: Bool = false
    ) throws(TokenizerError) {
        let added = try Self.addedTokens(tokens, types: tokenTypes)
        var pairs: [(String, String)] = []
        pairs.reserveCapacity(merges.count)
        for (index, merge) in merges.enumerated() {
            guard let pair = Self.split(merge: merge) else {
                throw .invalidMerge(index: index, merge: merge)
            }
            pairs.append(pair)
        }
        let preTokenizer: PreTokenizer
        switch pre {
        case "gpt-2", "default": preTokenizer = PreTokenizer(pattern: .gpt2)
        case "smollm": preTokenizer = PreTokenizer(digits: .individual, pattern: .gpt2)
        case "llama-bpe", "llama3", "llama-v3": preTokenizer = PreTokenizer(pattern: .llama3)
        case "qwen2": preTokenizer = PreTokenizer(pattern: .qwen2)
        case "tekken": preTokenizer = PreTokenizer(pattern: .tekken)
        default: throw .unsupported(component: "tokenizer.ggml.pre", found: pre.debugDescription)
        }
        try self.init(
            vocabulary: tokens, merges: .listed(pairs), addedTokens: added,
            preTokenizer: preTokenizer,
            normalization: preTokenizer.pattern == .qwen2 ? .nfc : .none,
            ignoresMerges: preTokenizer.takesWholeWords,
            beginningOfSequence: beginningOfSequence, endOfSequence: endOfSequence,
            addsBeginningOfSequence: addsBeginningOfSequence)
    }

    /// A tokenizer from the arrays of a GGUF file whose `tokenizer.ggml.model` is `llama`:
    /// SentencePiece, with bytes for what no token spells.
    ///
    /// - Parameters:
    ///   - tokens: `tokenizer.ggml.tokens`, the spellings by id.
    ///   - scores: `tokenizer.ggml.scores`; of two pairs, the one that becomes the token of the
    ///     higher score is merged first.
    ///   - tokenTypes: As for `gpt2`.
    ///   - addsSpace: `tokenizer.ggml.add_space_prefix`, true where it is missing.
    ///   - beginningOfSequence: `tokenizer.ggml.bos_token_id`.
    ///   - endOfSequence: `tokenizer.ggml.eos_token_id`.
    ///   - addsBeginningOfSequence: `tokenizer.ggml.add_bos_token`, true where it is missing.
    /// - Throws: `TokenizerError`.
    public init(
        tokens: [String], scores: [Double], tokenTypes: [Int], addsSpace: Bool,
        beginningOfSequence: Int? = nil, endOfSequence: Int? = nil, addsBeginningOfSequence: Bool
    ) throws(TokenizerError) {
        try self.init(
            vocabulary: tokens, merges: .scored(scores), spelling: .scalars,
            addedTokens: try Self.addedTokens(tokens, types: tokenTypes),
            preTokenizer: PreTokenizer(pattern: nil),
            normalization: .visibleSpaces(before: addsSpace ? .everywhere : .nowhere),
            unknown: tokenTypes.firstIndex(of: 2),
            beginningOfSequence: beginningOfSequence, endOfSequence: endOfSequence,
            addsBeginningOfSequence: addsBeginningOfSequence, stripsFirstSpace: addsSpace)
    }

    private static func addedTokens(
        _ tokens: [String], types: [Int]
    ) throws(TokenizerError) -> [AddedToken] {
        guard types.count == tokens.count else {
            throw .malformed(
                path: "tokenizer.ggml.token_type",
                expected: "as long as the \(tokens.count) tokens, but has \(types.count)")
        }
        var added: [AddedToken] = []
        for (id, type) in types.enumerated() {
            switch type {
            case 1, 5, 6: break
            case 2, 3, 4:
                added.append(AddedToken(id: id, content: tokens[id], isSpecial: type != 4))
            default:
                throw .malformed(path: "tokenizer.ggml.token_type[\(id)]", expected: "from 1 to 6")
            }
        }
        return added
    }

    /// Splits at the first space by scalars; as a `Character` it could hide in a combined one.
    static func split(merge: String) -> (String, String)? {
        let scalars = merge.unicodeScalars
        guard let space = scalars.firstIndex(of: " ") else { return nil }
        return (String(scalars[..<space]), String(scalars[scalars.index(after: space)...]))
    }
}
