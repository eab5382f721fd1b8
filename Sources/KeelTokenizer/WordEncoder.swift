/// Merges the bytes or scalars of words into tokens, and remembers the words of one text.
///
/// A linked list of symbols and a heap of candidate merges keep a word of n symbols at O(n log n).
struct WordEncoder {
    private struct Symbol {
        var token: Int32
        var previous: Int32
        var next: Int32
    }

    private static let cachedWords = 1 << 15
    private static let longestCachedWord = 64

    private let merges: BytePairMerges
    private let wholeWords: [ByteString: Int32]
    private var cache: [ByteString: [Int32]] = [:]
    private var symbols: [Symbol] = []
    /// Rank in the upper half, position in the lower: the smallest is the leftmost best merge.
    private var candidates = Heap()

    /// An encoder of words; those of `wholeWords` are tokens without any merge.
    init(_ merges: BytePairMerges, wholeWords: [ByteString: Int32]) {
        self.merges = merges
        self.wholeWords = wholeWords
    }

    mutating func encode(_ word: UnsafeBufferPointer<UInt8>, into output: inout [Int]) {
        if word.count == 1 {
            merges.forEachSymbol(in: word) { output.append(Int($0)) }
            return
        }
        guard word.count <= Self.longestCachedWord || !wholeWords.isEmpty else {
            for token in merge(word) { output.append(Int(token)) }
            return
        }
        let key = ByteString(word)
        if let token = wholeWords[key] {
            output.append(Int(token))
        } else if let tokens = cache[key] {
            for token in tokens { output.append(Int(token)) }
        } else {
            let tokens = merge(word)
            for token in tokens { output.append(Int(token)) }
            guard word.count <= Self.longestCachedWord else { return }
            if cache.count == Self.cachedWords { cache.removeAll(keepingCapacity: true) }
            cache[key] = tokens
        }
    }

    private mutating func merge(_ word: UnsafeBufferPointer<UInt8>) -> [Int32] {
        symbols.removeAll(keepingCapacity: true)
        merges.forEachSymbol(in: word) { token in
            let index = Int32(symbols.count)
            symbols.append(Symbol(token: token, previous: index - 1, next: index + 1))
        }
        guard !symbols.isEmpty else { return [] }
        symbols[symbols.count - 1].next = -1
        for index in symbols.indices { consider(index) }

        while let candidate = candidates.popMin() {
            let index = Int(candidate & 0xFFFF_FFFF)
            let result = merges.result(ofRank: UInt32(candidate >> 32))
            let symbol = symbols[index]
            // A candidate is stale when its pair has changed since. Like Hugging Face, accept it
            // still if the new pair gives the same token.
            guard symbol.token >= 0, symbol.next >= 0 else { continue }
            let right = symbols[Int(symbol.next)]
            guard let rank = merges.rank(symbol.token, right.token),
                merges.result(ofRank: rank) == result
            else { continue }

            symbols[Int(symbol.next)].token = -1
            symbols[index].token = result
            symbols[index].next = right.next
            if right.next >= 0 { symbols[Int(right.next)].previous = Int32(index) }
            if symbol.previous >= 0 { consider(Int(symbol.previous)) }
            consider(index)
        }

        return symbols.lazy.map(\.token).filter { $0 >= 0 }
    }

    private mutating func consider(_ index: Int) {
        let symbol = symbols[index]
        guard symbol.next >= 0,
            let rank = merges.rank(symbol.token, symbols[Int(symbol.next)].token)
        else { return }
        candidates.insert(UInt64(rank) << 32 | UInt64(index))
    }
}

/// A binary min-heap.
private struct Heap {
    private var items: [UInt64] = []

    mutating func insert(_ item: UInt64) {
        items.append(item)
        var child = items.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard items[child] < items[parent] else { break }
            items.swapAt(child, parent)
            child = parent
        }
    }

    mutating func popMin() -> UInt64? {
        guard let last = items.popLast() else { return nil }
        guard let result = items.first else { return last }
        items[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < items.count else { break }
            if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
            guard items[child] < items[parent] else { break }
            items.swapAt(child, parent)
            parent = child
        }
        return result
    }
}
