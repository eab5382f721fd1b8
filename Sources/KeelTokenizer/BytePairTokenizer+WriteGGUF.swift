/// What a GGUF file says of a tokenizer, under `tokenizer.ggml`.
public struct GGUFTokenizer: Sendable {
    /// `gpt2` or `llama`.
    public let model: String
    /// How texts are cut into words.
    public let pre: String
    /// The spellings by id.
    public let tokens: [String]
    /// 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte; one for each token.
    public let tokenTypes: [Int]
    /// Of `gpt2`, each two spellings with a space between.
    public let merges: [String]
    /// Of `llama`, one for each token.
    public let scores: [Double]
    /// Of `llama`.
    public let addsSpace: Bool
    /// Id of the token for what no other covers; nil where the file has none.
    public let unknown: Int?
}

extension BytePairTokenizer {
    /// The tokenizer as the arrays of a GGUF file, for llama.cpp and for this program.
    ///
    /// - Parameter count: How many ids the model has, no fewer than `vocabularySize`; those of no token
    ///   become unused ones.
    /// - Returns: Arrays of so many elements, and what goes with them.
    /// - Throws: `TokenizerError.malformed` for what these arrays cannot say.
    /// - Source: llama.cpp, `src/llama-vocab.cpp`; its converter, `gguf-py/gguf/vocab.py`.
    public func ggufArrays(count: Int) throws(TokenizerError) -> GGUFTokenizer {
        let added = rawMatcher.tokens + normalizedMatcher.tokens
        for token in added
        where token.stripsLeft || token.stripsRight || token.isSingleWord
            || token.isNormalized && normalization != .none
        {
            throw Self.beyond(
                "added token \(token.content.debugDescription)", "found in the text as it stands")
        }
        guard count >= vocabularySize, count < Int32.max else {
            throw Self.beyond("vocabulary", "no larger than the model's of \(count)")
        }
        var tokens: [String] = []
        var types: [Int] = []
        var kinds: [Int: Int] = [:]
        for token in added { kinds[token.id] = token.isSpecial ? 3 : 4 }
        if spelling == .scalars {
            if let unknown = merges.unknown { kinds[Int(unknown)] = 2 }
            for case let byte? in merges.byteTokens { kinds[Int(byte)] = 6 }
        }
        for id in 0..<count {
            guard let token = token(id) else {
                // As llama.cpp's converter calls them.
                var name = "[PAD\(id)]"
                while self.id(of: name) != nil { name += "_" }
                tokens.append(name)
                types.append(5)
                continue
            }
            let type = kinds[id] ?? 1
            // What is found in the text as it stands is spelled as it stands there.
            let isRun = type == 4 && spelling == .scalars
            tokens.append(
                isRun ? String(decoding: Spelling.withSpaces(token), as: UTF8.self) : token)
            types.append(type)
        }
        switch spelling {
        case .bytes:
            guard merges.unknown == nil || !merges.byteTokens.contains(nil) else {
                throw Self.beyond(
                    "vocabulary", "with a token for each byte, or without an unknown one,")
            }
            return GGUFTokenizer(
                model: "gpt2", pre: try ggufName(), tokens: tokens, tokenTypes: types,
                merges: try ggufMerges(), scores: [], addsSpace: false,
                unknown: merges.unknown.map(Int.init))
        case .scalars:
            guard case .visibleSpaces(let beginning) = normalization, preTokenizer.pattern == nil,
                beginning == .nowhere || beginning == .everywhere,
                stripsFirstSpace == (beginning == .everywhere)
            else {
                throw Self.beyond(
                    "pre_tokenizer", "with a space before every stretch of text, or before none")
            }
            return GGUFTokenizer(
                model: "llama", pre: "default", tokens: tokens, tokenTypes: types, merges: [],
                scores: try ggufScores(count, added: Set(added.map(\.id))),
                addsSpace: beginning == .everywhere, unknown: merges.unknown.map(Int.init))
        }
    }

    /// `tokenizer.ggml.pre`.
    private func ggufName() throws(TokenizerError) -> String {
        switch (preTokenizer.digits, preTokenizer.pattern, normalization, ignoresMerges) {
        case (.joined, .gpt2?, .none, false): return "gpt-2"
        case (.individual, .gpt2?, .none, false): return "smollm"
        case (.joined, .llama3?, .none, true): return "llama-bpe"
        case (.joined, .qwen2?, .nfc, false): return "qwen2"
        case (.joined, .tekken?, .none, true): return "tekken"
        default:
            throw Self.beyond("pre_tokenizer", "that of GPT-2, SmolLM, Llama 3, Qwen 2 or Tekken")
        }
    }

    private func ggufMerges() throws(TokenizerError) -> [String] {
        var result: [String] = []
        for (left, right) in merges.pairs {
            guard let left = token(left), let right = token(right),
                !left.unicodeScalars.contains(" "), !right.unicodeScalars.contains(" ")
            else { throw Self.beyond("merges", "of tokens without spaces") }
            result.append("\(left) \(right)")
        }
        return result
    }

    /// Scores by which any two tokens that spell a third become it in the order that merges have.
    private func ggufScores(_ count: Int, added: Set<Int>) throws(TokenizerError) -> [Double] {
        var scores = [Double](repeating: -Double(count), count: count)
        for id in added { scores[id] = 0 }
        var rank = 0
        var listed: Set<Pair> = []
        var ranked: Set<Int> = []
        for (left, right) in merges.pairs {
            guard let first = token(left), let second = token(right),
                let result = id(of: first + second)
            else { throw Self.beyond("merges", "of its tokens") }
            let isRun = (first + second).unicodeScalars.contains("\u{2581}")
            if isRun, rank > 0, added.contains(result) {
                // In GGUF a run of spaces is found before anything is merged.
                throw Self.beyond("merges", "with those of runs of spaces first")
            }
            if added.contains(left) || added.contains(right) || added.contains(result) { continue }
            listed.insert(Pair(left: left, right: right))
            if ranked.insert(result).inserted {
                scores[result] = -Double(rank)
                rank += 1
            }
        }
        guard listed == pairs(without: added) else {
            throw Self.beyond(
                "merges", "all pairs of tokens that spell a third, as SentencePiece has them,")
        }
        return scores
    }

    private struct Pair: Hashable {
        var left, right: Int
    }

    /// Every two tokens that together spell a third.
    private func pairs(without added: Set<Int>) -> Set<Pair> {
        var ids: [ByteString: Int] = [:]
        for id in 0..<vocabularySize where !added.contains(id) {
            if let token = token(id) { ids[ByteString(token.utf8)] = id }
        }
        var result: Set<Pair> = []
        for spelling in ids.keys {
            for cut in spelling.bytes.indices.dropFirst() {
                if let left = ids[ByteString(spelling.bytes[..<cut])],
                    let right = ids[ByteString(spelling.bytes[cut...])]
                {
                    result.insert(Pair(left: left, right: right))
                }
            }
        }
        return result
    }

    private static func beyond(_ part: String, _ expected: String) -> TokenizerError {
        .malformed(path: part, expected: expected + " to be written as GGUF")
    }
}
