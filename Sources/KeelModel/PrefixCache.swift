internal import Synchronization

/// Remembers conversations that were answered, so that their next turn is read from there on.
///
/// Only a text that goes on beyond the prompt of what is remembered is taken for its continuation:
/// whether another question happens to begin alike must not decide in which pieces it is read.
package struct PrefixCache {
    private struct Entry {
        var tokens: [Int]
        /// How many of the tokens were there before the first answer.
        var promptCount: Int
        var memory: KeyValues
        var size: Int
    }

    /// The most bytes that are kept.
    private let limit: Int
    /// The last used is last.
    private var entries: [Entry] = []

    package init(limit: Int) { self.limit = limit }

    /// Keys and values of the longest known beginning of `prompt`, its last token never included.
    package mutating func memory(of prompt: [Int]) throws -> KeyValues? {
        var longest = (index: 0, count: 0)
        for (index, entry) in entries.enumerated() {
            let count = Self.commonCount(entry.tokens, prompt.dropLast())
            if count > entry.promptCount, count > longest.count { longest = (index, count) }
        }
        guard longest.count > 0 else { return nil }
        entries.append(entries.remove(at: longest.index))
        return try entries[entries.count - 1].memory.prefix(longest.count)
    }

    /// Remembers a text; forgets what it continues, and what was used longest ago.
    /// - Parameters:
    ///   - tokens: The prompt and as much of the answer as there are keys and values of.
    ///   - promptCount: Tokens of the prompt.
    ///   - memory: Keys and values of all tokens.
    /// - Throws: `TensorError`.
    package mutating func insert(_ tokens: [Int], promptCount: Int, _ memory: KeyValues) throws {
        var new = Entry(
            tokens: tokens, promptCount: promptCount, memory: memory, size: try memory.size())
        guard new.size <= limit else { return }
        for index in entries.indices.reversed() where tokens.starts(with: entries[index].tokens) {
            new.promptCount = min(new.promptCount, entries[index].promptCount)
            entries.remove(at: index)
        }
        while entries.reduce(new.size, { $0 + $1.size }) > limit { entries.removeFirst() }
        entries.append(new)
    }

    private static func commonCount(_ a: [Int], _ b: ArraySlice<Int>) -> Int {
        zip(a, b).prefix { $0 == $1 }.count
    }
}

/// One `PrefixCache` for all workers of a model, so that a conversation may go on at another one.
final class SharedPrefixes: Sendable {
    private let cache: Mutex<PrefixCache>

    /// - Parameter limit: The most bytes that are kept.
    init(limit: Int) { cache = Mutex(PrefixCache(limit: limit)) }

    /// As `PrefixCache.memory(of:)`.
    func memory(of prompt: [Int]) throws -> KeyValues? {
        try cache.withLock { try $0.memory(of: prompt) }
    }

    /// As `PrefixCache.insert(_:promptCount:_:)`.
    func insert(_ tokens: [Int], promptCount: Int, _ memory: KeyValues) throws {
        try cache.withLock { try $0.insert(tokens, promptCount: promptCount, memory) }
    }
}
