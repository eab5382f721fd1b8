/// A tokenizer by byte-pair encoding: over bytes, as of GPT-2, SmolLM, Llama 3 and Qwen, or over
/// scalars with bytes for what is left, as of Llama 2, Mistral and Gemma.
///
/// Follows Sennrich, Haddow and Birch 2016, over bytes as in Radford and others 2019. Gives the ids of
/// Hugging Face `tokenizers`. A byte that the vocabulary lacks becomes the unknown token, or is
/// dropped where there is none; with all 256 bytes in the vocabulary and no normalisation, decoding
/// an encoded text gives the text.
public struct BytePairTokenizer: Sendable {
    /// The token that starts a text.
    public let beginningOfSequence: Int?
    /// The token that ends a text.
    public let endOfSequence: Int?
    /// Whether `encode(_:parsingSpecial:addingSpecial:)` starts a text when asked to add tokens.
    public let addsBeginningOfSequence: Bool

    let preTokenizer: PreTokenizer
    let normalization: Normalization
    let spelling: Spelling
    /// Whether decoding leaves out a space that the text begins with, as encoding put one there.
    let stripsFirstSpace: Bool
    let merges: BytePairMerges
    let wholeWords: [ByteString: Int32]
    /// Whether a word that is a token is taken whole.
    let ignoresMerges: Bool
    let rawMatcher: AddedTokenMatcher
    let normalizedMatcher: AddedTokenMatcher
    private let spellings: [String]
    private let bytes: [[UInt8]]
    private let ids: [ByteString: Int32]
    private let special: Set<Int>

    /// Which tokens become one, and which first.
    public enum Merges: Sendable {
        /// Pairs of spellings, the first merged first.
        case listed([(String, String)])
        /// Whatever two tokens spell a third, that of the highest score first; a score for each id.
        case scored([Double])
    }

    /// A tokenizer from its parts.
    /// - Parameters:
    ///   - vocabulary: the spelling of each token by id; empty where an id has no token.
    ///   - merges: which tokens become one.
    ///   - spelling: how tokens spell text.
    ///   - addedTokens: tokens found before the text is cut; their contents replace the spellings.
    ///   - preTokenizer: how a text is cut into words.
    ///   - normalization: what happens to a text before.
    ///   - ignoresMerges: whether a word that is a token is taken whole, as Llama 3 does.
    ///   - unknown: the id that stands for a byte that the vocabulary lacks.
    ///   - beginningOfSequence: the id that starts a text.
    ///   - endOfSequence: the id that ends a text.
    ///   - addsBeginningOfSequence: whether texts start with that id.
    ///   - stripsFirstSpace: whether decoding leaves out a space that the text begins with.
    /// - Throws: `TokenizerError` for an id outside the vocabulary, two tokens of one spelling, or
    ///   a merge of unknown tokens.
    public init(
        vocabulary: [String], merges: Merges, spelling: Spelling = .bytes,
        addedTokens: [AddedToken] = [], preTokenizer: PreTokenizer,
        normalization: Normalization = .none, ignoresMerges: Bool = false, unknown: Int? = nil,
        beginningOfSequence: Int? = nil, endOfSequence: Int? = nil,
        addsBeginningOfSequence: Bool = false, stripsFirstSpace: Bool = false
    ) throws(TokenizerError) {
        for case (let name, let id?) in [
            ("unknown", unknown), ("beginning-of-sequence", beginningOfSequence),
            ("end-of-sequence", endOfSequence),
        ] where !vocabulary.indices.contains(id) {
            throw .malformed(path: "\(name) token \(id)", expected: "below \(vocabulary.count)")
        }
        var spellings = vocabulary
        var bytes = vocabulary.map(spelling.bytes)
        for token in addedTokens {
            guard vocabulary.indices.contains(token.id), !token.content.isEmpty else {
                throw .malformed(
                    path: "added token \(token.content.debugDescription)",
                    expected: "text with an id below \(vocabulary.count)")
            }
            spellings[token.id] = token.content
            // What spells a space or a byte does so in an added token, too, but GPT-2's alphabet does not.
            bytes[token.id] =
                spelling == .scalars ? spelling.bytes(of: token.content) : Array(token.content.utf8)
        }
        let ids = try Self.index(spellings)

        self.spellings = spellings
        self.bytes = bytes
        self.ids = ids
        self.preTokenizer = preTokenizer
        self.normalization = normalization
        self.ignoresMerges = ignoresMerges
        self.spelling = spelling
        self.stripsFirstSpace = stripsFirstSpace
        let byteTokens = (UInt8.min...UInt8.max).map {
            ids[ByteString(spelling.token(ofByte: $0).utf8)]
        }
        if spelling == .scalars, byteTokens.contains(nil) {
            throw .malformed(path: "vocabulary", expected: "with a token for each byte, as <0x0A>")
        }
        switch merges {
        case .listed(let pairs):
            self.merges = BytePairMerges(
                try Self.link(pairs, ids: ids), byteTokens: byteTokens,
                scalarTokens: spelling == .scalars ? ids : nil, unknown: unknown.map(Int32.init))
        case .scored(let scores):
            guard scores.count == spellings.count else {
                throw .malformed(
                    path: "scores", expected: "one for each of \(spellings.count) tokens")
            }
            // What is found in the text as it stands is never merged out of it.
            let found = Set(addedTokens.map(\.id))
            self.merges = BytePairMerges(
                ids.filter { !found.contains(Int($0.value)) && scores[Int($0.value)].isFinite },
                byteTokens: byteTokens, spellings: spellings, scores: scores,
                unknown: unknown.map(Int32.init))
        }
        self.rawMatcher = AddedTokenMatcher(
            addedTokens.filter { !$0.isNormalized }, normalization: .none)
        self.normalizedMatcher = AddedTokenMatcher(
            addedTokens.filter(\.isNormalized),
            normalization: normalization.followsAddedTokens ? .none : normalization)
        let special = Set(addedTokens.lazy.filter(\.isSpecial).map(\.id))
        self.special = special
        // Special tokens are left out, so that no untrusted word can be one.
        self.wholeWords =
            ignoresMerges
            ? Dictionary(
                bytes.enumerated().lazy.filter { !special.contains($0.offset) }
                    .map { (ByteString($0.element), Int32($0.offset)) },
                uniquingKeysWith: { first, _ in first })
            : [:]
        self.beginningOfSequence = beginningOfSequence
        self.endOfSequence = endOfSequence
        self.addsBeginningOfSequence = addsBeginningOfSequence
    }

    /// The number of ids.
    public var vocabularySize: Int { spellings.count }

    /// The spelling of a token, such as `Ġthe`, or nil for an id of no token.
    public func token(_ id: Int) -> String? {
        guard spellings.indices.contains(id), !spellings[id].isEmpty else { return nil }
        return spellings[id]
    }

    /// The id of a spelling, compared by bytes.
    public func id(of token: String) -> Int? { ids[ByteString(token.utf8)].map(Int.init) }

    /// The bytes a token stands for, which need not be valid UTF-8; none for an id of no token.
    public func tokenBytes(_ id: Int) -> [UInt8] { bytes.indices.contains(id) ? bytes[id] : [] }

    /// Whether a token is a control token.
    public func isSpecial(_ id: Int) -> Bool { special.contains(id) }

    private static func index(_ spellings: [String]) throws(TokenizerError) -> [ByteString: Int32] {
        guard spellings.count < Int32.max else {
            throw .malformed(path: "vocabulary", expected: "of fewer than \(Int32.max) tokens")
        }
        var ids: [ByteString: Int32] = [:]
        ids.reserveCapacity(spellings.count)
        for (id, spelling) in spellings.enumerated() where !spelling.isEmpty {
            if let other = ids.updateValue(Int32(id), forKey: ByteString(spelling.utf8)) {
                throw .malformed(
                    path: "vocabulary",
                    expected: "without duplicates, but ids \(other) and \(id) are both "
                        + spelling.debugDescription)
            }
        }
        return ids
    }

    private static func link(
        _ merges: [(String, String)], ids: [ByteString: Int32]
    ) throws(TokenizerError) -> [(left: Int32, right: Int32, result: Int32)] {
        var linked: [(left: Int32, right: Int32, result: Int32)] = []
        linked.reserveCapacity(merges.count)
        for (index, (left, right)) in merges.enumerated() {
            guard let leftID = ids[ByteString(left.utf8)],
                let rightID = ids[ByteString(right.utf8)],
                let result = ids[ByteString(left.utf8) + ByteString(right.utf8)]
            else { throw .invalidMerge(index: index, merge: "\(left) \(right)") }
            linked.append((leftID, rightID, result))
        }
        return linked
    }
}
