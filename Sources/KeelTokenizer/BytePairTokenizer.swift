/// A tokenizer by byte-level byte-pair encoding, as of GPT-2, SmolLM, Llama 3 and Qwen.
///
/// Follows Sennrich, Haddow and Birch 2016, over bytes as in Radford and others 2019. Gives the ids of Hugging Face `tokenizers`. A byte that the vocabulary lacks becomes the
/// unknown token, or is dropped where there is none; with all 256 bytes in the vocabulary and
/// no normalisation, decoding an encoded text gives the text.
public struct BytePairTokenizer: Sendable {
    /// The token that starts a text.
    public let beginningOfSequence: Int?
    /// The token that ends a text.
    public let endOfSequence: Int?
    /// Whether `encode(_:parsingSpecial:addingSpecial:)` starts a text when asked to add tokens.
    public let addsBeginningOfSequence: Bool

    let preTokenizer: PreTokenizer
    let normalization: Normalization
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

    /// A tokenizer from its parts.
    /// - Parameters:
    ///   - vocabulary: the spelling of each token by id, in the GPT-2 byte alphabet; empty where
    ///     an id has no token.
    ///   - merges: pairs of spellings, the first merged first.
    ///   - addedTokens: tokens found before the text is cut; their contents replace the spellings.
    ///   - preTokenizer: how a text is cut into words.
    ///   - normalization: what happens to a text before.
    ///   - ignoresMerges: whether a word that is a token is taken whole, as Llama 3 does.
    ///   - unknown: the id that stands for a byte that the vocabulary lacks.
    ///   - beginningOfSequence: the id that starts a text.
    ///   - endOfSequence: the id that ends a text.
    ///   - addsBeginningOfSequence: whether texts start with that id.
    /// - Throws: `TokenizerError` for an id outside the vocabulary, two tokens of one spelling, or
    ///   a merge of unknown tokens.
    public init(
        vocabulary: [String], merges: some Collection<(String, String)>,
        addedTokens: [AddedToken] = [], preTokenizer: PreTokenizer,
        normalization: Normalization = .none, ignoresMerges: Bool = false, unknown: Int? = nil,
        beginningOfSequence: Int? = nil, endOfSequence: Int? = nil,
        addsBeginningOfSequence: Bool = false
    ) throws(TokenizerError) {
        for case (let name, let id?) in [
            ("unknown", unknown), ("beginning-of-sequence", beginningOfSequence),
            ("end-of-sequence", endOfSequence),
        ] where !vocabulary.indices.contains(id) {
            throw .malformed(path: "\(name) token \(id)", expected: "below \(vocabulary.count)")
        }
        var spellings = vocabulary
        var bytes = vocabulary.map { ByteAlphabet.bytes(spelledBy: $0) ?? Array($0.utf8) }
        for token in addedTokens {
            guard vocabulary.indices.contains(token.id), !token.content.isEmpty else {
                throw .malformed(
                    path: "added token \(token.content.debugDescription)",
                    expected: "text with an id below \(vocabulary.count)")
            }
            spellings[token.id] = token.content
            bytes[token.id] = Array(token.content.utf8)
        }
        let ids = try Self.index(spellings)

        self.spellings = spellings
        self.bytes = bytes
        self.ids = ids
        self.preTokenizer = preTokenizer
        self.normalization = normalization
        self.ignoresMerges = ignoresMerges
        self.merges = try Self.link(merges, ids: ids, unknown: unknown)
        self.rawMatcher = AddedTokenMatcher(
            addedTokens.filter { !$0.isNormalized }, normalization: .none)
        self.normalizedMatcher = AddedTokenMatcher(
            addedTokens.filter(\.isNormalized), normalization: normalization)
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
        _ merges: some Collection<(String, String)>, ids: [ByteString: Int32], unknown: Int?
    ) throws(TokenizerError) -> BytePairMerges {
        let byteTokens = ByteAlphabet.scalars.map { ids[ByteString(String($0).utf8)] }
        var linked = BytePairMerges(
            byteTokens: byteTokens, unknown: unknown.map(Int32.init), count: merges.count)
        for (index, (left, right)) in merges.enumerated() {
            guard let leftID = ids[ByteString(left.utf8)],
                let rightID = ids[ByteString(right.utf8)],
                let result = ids[ByteString(left.utf8) + ByteString(right.utf8)]
            else { throw .invalidMerge(index: index, merge: "\(left) \(right)") }
            linked.append(leftID, rightID, result: result)
        }
        return linked
    }
}
