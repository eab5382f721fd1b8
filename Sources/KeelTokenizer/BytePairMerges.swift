/// The smallest tokens of a vocabulary, and which two of them become one, by token id.
struct BytePairMerges: Sendable {
    /// The token of each byte; nil where the vocabulary lacks the byte.
    let byteTokens: [Int32?]
    /// The tokens that words are first cut into, by what they spell; nil where these are bytes.
    let scalarTokens: [ByteString: Int32]?
    /// What stands for a byte that the vocabulary lacks; nil drops it.
    let unknown: Int32?
    /// The rank of each pair, where each has one of its own.
    private let ranks: [UInt64: UInt32]
    /// The token that a pair of each rank becomes.
    private let results: [Int32]
    /// Where pairs have the rank of what they become: what tokens spell.
    private let pieces: Pieces?

    private struct Pieces: Sendable {
        /// Tokens that can be found in a text.
        let tokens: [ByteString: Int32]
        let spellings: [[UInt8]]
        let ranks: [UInt32?]
    }

    /// Merges of certain pairs, the first merged first.
    init(
        _ merges: [(left: Int32, right: Int32, result: Int32)], byteTokens: [Int32?],
        scalarTokens: [ByteString: Int32]? = nil, unknown: Int32?
    ) {
        self.byteTokens = byteTokens
        self.scalarTokens = scalarTokens
        self.unknown = unknown
        var ranks: [UInt64: UInt32] = [:]
        ranks.reserveCapacity(merges.count)
        // As in Hugging Face, a pair given twice has its later rank.
        for (rank, merge) in merges.enumerated() {
            ranks[Self.key(merge.left, merge.right)] = UInt32(rank)
        }
        self.ranks = ranks
        results = merges.map(\.result)
        pieces = nil
    }

    /// Merges of any two tokens that together spell a third, that of the highest score first.
    /// - Parameters:
    ///   - tokens: What can be found in a text, by its spelling.
    ///   - byteTokens: The token of each byte.
    ///   - spellings: Of each id.
    ///   - scores: Of each id.
    ///   - unknown: What stands for a byte that has no token.
    init(
        _ tokens: [ByteString: Int32], byteTokens: [Int32?], spellings: [String], scores: [Double],
        unknown: Int32?
    ) {
        self.byteTokens = byteTokens
        scalarTokens = tokens
        self.unknown = unknown
        self.ranks = [:]
        results = tokens.values.sorted { (-scores[Int($0)], $0) < (-scores[Int($1)], $1) }
        var ofToken = [UInt32?](repeating: nil, count: spellings.count)
        for (rank, token) in results.enumerated() { ofToken[Int(token)] = UInt32(rank) }
        pieces = Pieces(
            tokens: tokens, spellings: spellings.map { Array($0.utf8) }, ranks: ofToken)
    }

    /// The pairs of token ids, the first merged first.
    var pairs: [(Int, Int)] {
        guard let pieces else {
            return ranks.sorted { $0.value < $1.value }
                .map { (Int($0.key >> 32), Int($0.key & 0xFFFF_FFFF)) }
        }
        return results.flatMap { result -> [(Int, Int)] in
            let bytes = pieces.spellings[Int(result)]
            return bytes.indices.dropFirst().compactMap { cut in
                guard let left = pieces.tokens[ByteString(bytes[..<cut])],
                    let right = pieces.tokens[ByteString(bytes[cut...])]
                else { return nil }
                return (Int(left), Int(right))
            }
        }
    }

    /// Calls `body` with the smallest tokens of a word, in order.
    func forEachSymbol(in word: UnsafeBufferPointer<UInt8>, _ body: (Int32) -> Void) {
        guard let scalarTokens else {
            for byte in word {
                if let token = byteTokens[Int(byte)] ?? unknown { body(token) }
            }
            return
        }
        var position = 0
        while position < word.count {
            let end = word.scalar(at: position).end
            if let token = scalarTokens[ByteString(word[position..<end])] {
                body(token)
            } else {
                for byte in word[position..<end] {
                    if let token = byteTokens[Int(byte)] ?? unknown { body(token) }
                }
            }
            position = end
        }
    }

    @inline(__always)
    func rank(_ left: Int32, _ right: Int32) -> UInt32? {
        guard let pieces else { return ranks[Self.key(left, right)] }
        let both = ByteString(pieces.spellings[Int(left)] + pieces.spellings[Int(right)])
        return pieces.tokens[both].flatMap { pieces.ranks[Int($0)] }
    }

    @inline(__always)
    func result(ofRank rank: UInt32) -> Int32 { results[Int(rank)] }

    @inline(__always)
    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
}
