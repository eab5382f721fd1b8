internal import Crypto
internal import Foundation

/// The lines of a decision log: each carries a hash over itself and the line before.
///
/// ```json
/// {"entry": …, "hash": "…", "number": 2, "previous": "…"}
/// ```
/// The hash is SHA-256, in hexadecimal, of the previous hash, a line feed, the number, a line feed, and
/// the bytes of the entry as they stand in the file. So an entry that was changed, taken out, put in or
/// moved shows. That lines were cut off at the end does not: whoever wants to know keeps the last hash.
enum DecisionChain {
    /// The hash before the first entry.
    static let beginning = String(repeating: "0", count: 64)

    struct Link: Encodable {
        var entry: DecisionEntry
        var hash: String
        var number: Int
        var previous: String

        init(_ entry: DecisionEntry, number: Int, after previous: String) throws {
            self.entry = entry
            self.number = number
            self.previous = previous
            hash = DecisionChain.hash(
                of: try DecisionChain.encoder().encode(entry), number: number, after: previous)
        }
    }

    /// A line that holds.
    struct Checked {
        var entry: DecisionEntry
        var number: Int
        var hash: String
    }

    /// As `JSONLinesWriter` encodes.
    private static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    static func hash(of entry: Data, number: Int, after previous: String) -> String {
        var hasher = SHA256()
        hasher.update(data: Data("\(previous)\n\(number)\n".utf8))
        hasher.update(data: entry)
        return hasher.finalize().map {
            String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
        }.joined()
    }

    /// Checks a line.
    /// - Parameters:
    ///   - line: Without its line feed.
    ///   - number: The number that it must have.
    ///   - previous: The hash of the line before.
    /// - Returns: The entry, and the hash that the next line follows on.
    /// - Throws: `DecisionLogError.broken`.
    static func check(
        _ line: Data, number: Int, after previous: String
    ) throws(DecisionLogError) -> Checked {
        let head = Data("{\"entry\":".utf8)
        let tail = Data("\",\"number\":\(number),\"previous\":\"\(previous)\"}".utf8)
        let mark = Data(",\"hash\":\"".utf8)
        let hashCount = beginning.utf8.count
        let entryEnd = line.count - tail.count - hashCount - mark.count
        guard entryEnd > head.count, line.starts(with: head), line.suffix(tail.count) == tail,
            line.dropFirst(entryEnd).starts(with: mark)
        else { throw .broken(entry: number, reason: "it does not follow on the entry before it") }
        let bytes = line.dropFirst(head.count).prefix(entryEnd - head.count)
        let stated = String(
            decoding: line.dropFirst(entryEnd + mark.count).prefix(hashCount), as: UTF8.self)
        guard hash(of: bytes, number: number, after: previous) == stated else {
            throw .broken(entry: number, reason: "its text is not what its hash was made of")
        }
        do {
            let entry = try JSONDecoder().decode(DecisionEntry.self, from: bytes)
            return Checked(entry: entry, number: number, hash: stated)
        } catch {
            throw .broken(entry: number, reason: "it is no entry that this version knows")
        }
    }
}

/// What is wrong with a decision log.
public enum DecisionLogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The first entry, counted from 1, that is not as it was written.
    case broken(entry: Int, reason: String)
    /// The expected hash is not in the chain, though all that is there holds.
    case cutOff(entries: Int)
    /// An objection to an entry that is not there, or that is none of the conversation's.
    case noSuchEntry(Int)

    public var description: String {
        switch self {
        case .broken(let entry, let reason):
            "entry \(entry) is not as it was written: \(reason). Entries before it hold; trust none from here on."
        case .cutOff(let entries):
            "its \(entries) entries hold, but none has the expected hash: entries were cut off at the end, or this is another log."
        case .noSuchEntry(let entry):
            "there is no decision \(entry) in this conversation. Name one that `keel guardian why` lists."
        }
    }
}
