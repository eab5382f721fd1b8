/// The merges of a byte-level BPE, by token id.
struct BytePairMerges: Sendable {
    /// The token of each byte; nil where the vocabulary lacks the byte.
    let byteTokens: [Int32?]
    /// What stands for a byte that the vocabulary lacks; nil drops it.
    let unknown: Int32?
    private var ranks: [UInt64: UInt32] = [:]
    private var results: [Int32] = []

    init(byteTokens: [Int32?], unknown: Int32?, count: Int) {
        self.byteTokens = byteTokens
        self.unknown = unknown
        ranks.reserveCapacity(count)
        results.reserveCapacity(count)
    }

    /// Adds the next merge; as in Hugging Face, a pair given twice has its later rank.
    mutating func append(_ left: Int32, _ right: Int32, result: Int32) {
        ranks[Self.key(left, right)] = UInt32(results.count)
        results.append(result)
    }

    /// The pairs of token ids, the first merged first.
    var pairs: [(Int, Int)] {
        ranks.sorted { $0.value < $1.value }.map { (Int($0.key >> 32), Int($0.key & 0xFFFF_FFFF)) }
    }

    @inline(__always)
    func rank(_ left: Int32, _ right: Int32) -> UInt32? { ranks[Self.key(left, right)] }

    @inline(__always)
    func result(ofRank rank: UInt32) -> Int32 { results[Int(rank)] }

    @inline(__always)
    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
}
