internal import Foundation
internal import KeelFormats
internal import Synchronization

/// A file of decisions to which entries are only ever added.
///
/// What `append` has returned for is on disk. A line that a crash left torn is removed when the file is
/// opened again; it was acknowledged to nobody. Only the owner of the file may read it: it holds what
/// people said.
public final class DecisionLog: Sendable {
    /// An entry with its place in the log.
    public struct Numbered: Hashable, Sendable {
        /// Counted from 1.
        public var number: Int
        /// As it was written.
        public var entry: DecisionEntry
    }

    /// What a log was found to hold.
    public struct Verdict: Hashable, Sendable {
        /// Number of whole entries.
        public var entries: Int
        /// The last hash: kept elsewhere, it shows whether the end was cut off.
        public var hash: String
        /// Bytes of a line that was being written when the program ended; they belong to no entry.
        public var tornByteCount: Int
    }

    private struct End {
        var number: Int
        var hash: String
    }

    private let writer: JSONLinesWriter
    private let end: Mutex<End>

    /// Opens a log, or creates it.
    /// - Throws: `DecisionLogError.broken`, so that nothing is built on a chain that does not hold;
    ///   `FileError`, which is `inUse` while the log is open elsewhere.
    public init(path: String) throws {
        // Opening repairs a torn end, so it comes before the check; the lock keeps others from adding.
        writer = try JSONLinesWriter(path: path, exclusion: .refusing, isPrivate: true)
        var end = End(number: 0, hash: DecisionChain.beginning)
        if !writer.isEmpty {
            _ = try Self.walk(path) { end = End(number: $0.number, hash: $0.hash) }
        }
        self.end = Mutex(end)
    }

    /// Adds an entry; on return it is on disk.
    /// - Returns: Its number.
    /// - Throws: `FileError`; the entry may then be missing from the log.
    @discardableResult
    public func append(_ entry: DecisionEntry) throws -> Int {
        try end.withLock { end in
            let link = try DecisionChain.Link(entry, number: end.number + 1, after: end.hash)
            try writer.append(link)
            // The line is whole in the file from here on, so the next one must follow on it.
            end = End(number: link.number, hash: link.hash)
            try writer.synchronize()
            return link.number
        }
    }

    /// Stores what a person has to say against a decision.
    /// - Throws: `DecisionLogError.noSuchEntry` for an entry that is no decision of this conversation.
    @discardableResult
    public func object(
        to number: Int, of conversation: String, saying text: String, at time: Double
    ) throws -> Int {
        let concerned = try Self.entries(in: writer.path, about: conversation)
        guard concerned.contains(where: { $0.number == number && $0.entry.isDecision }) else {
            throw DecisionLogError.noSuchEntry(number)
        }
        return try append(
            DecisionEntry(
                time: time, conversation: conversation,
                event: .objected(.init(entry: number, text: text))))
    }

    /// Checks a log from its first line to its last.
    /// - Parameters:
    ///   - path: The log.
    ///   - expected: A last hash that was kept elsewhere; the chain must come by it.
    /// - Returns: How many entries there are, and the last hash.
    /// - Throws: `DecisionLogError.broken` for the first entry that does not hold, `cutOff` where the
    ///   expected hash is none of the chain's; `FileError`.
    public static func verify(_ path: String, expecting expected: String? = nil) throws -> Verdict {
        var isFound = expected == nil
        var verdict = Verdict(entries: 0, hash: DecisionChain.beginning, tornByteCount: 0)
        verdict.tornByteCount = try walk(path) { checked in
            verdict.entries = checked.number
            verdict.hash = checked.hash
            isFound = isFound || checked.hash == expected
        }
        guard isFound else { throw DecisionLogError.cutOff(entries: verdict.entries) }
        return verdict
    }

    /// What the log holds about a conversation, checked, the oldest first.
    /// - Throws: As `verify`.
    public static func entries(
        in path: String, about conversation: String
    ) throws -> [Numbered] {
        var entries: [Numbered] = []
        _ = try walk(path) { checked in
            if checked.entry.conversation == conversation {
                entries.append(Numbered(number: checked.number, entry: checked.entry))
            }
        }
        return entries
    }

    /// Checks line after line.
    /// - Returns: The bytes after the last line feed.
    private static func walk(
        _ path: String, _ body: (DecisionChain.Checked) -> Void
    ) throws -> Int {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(filePath: path))
        } catch CocoaError.fileReadNoSuchFile {
            throw FileError.notFound(path: path)
        }
        var rest = bytes[...]
        var last = (number: 0, hash: DecisionChain.beginning)
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let checked = try DecisionChain.check(
                Data(rest[..<end]), number: last.number + 1, after: last.hash)
            last = (checked.number, checked.hash)
            body(checked)
            rest = rest[(end + 1)...]
        }
        return rest.count
    }
}

extension DecisionEntry {
    /// Whether it can be objected to.
    var isDecision: Bool {
        switch event {
        case .decided, .shown: true
        case .objected: false
        }
    }
}
