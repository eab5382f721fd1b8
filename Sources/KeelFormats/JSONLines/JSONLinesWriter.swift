import Foundation
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Appends rows to a file of one JSON value a line, so that the file holds whole lines whatever
/// happens.
///
/// Each row goes to the system in one piece, so a killed program loses no row, and a loss of power
/// none before the last `synchronize()`. What a crash does leave torn, opening the file repairs.
/// Keys are sorted and slashes plain, so equal rows are equal lines. One writer a file at a time.
public final class JSONLinesWriter: Sendable {
    /// What opening does about other writers of the file, in this program or in others.
    public enum Exclusion: Sendable {
        /// Nothing: the caller knows that there is none.
        case none
        /// Waits for its turn, which comes when the other writer is gone.
        case waiting
        /// Throws `FileError.inUse`.
        case refusing
    }

    /// The file that lines are added to.
    public let path: String
    /// The bytes of a torn last line that opening the file removed.
    public let discardedByteCount: Int
    private let state: Mutex<State>
    private static let maximumTailByteCount = 1 << 26

    private struct State: ~Copyable {
        let file: FileDescriptor
        var byteCount: Int
        var linesAppended = 0
    }

    /// Opens a file for appending, or creates it.
    ///
    /// A last line without a line feed gets one if it is a whole object or list, and is removed
    /// if it is the beginning of one.
    /// - Parameters:
    ///   - path: A plain file, or where it will be.
    ///   - exclusion: What to do about other writers that were opened with one.
    ///   - isPrivate: Whether the file is to be readable by its owner only, also if it is there and
    ///     was not until now.
    /// - Throws: `FileError`, also when the end of the file is neither, so that a file of another
    ///   kind, named by mistake, is left as it is.
    public init(
        path: String, exclusion: Exclusion = .none, isPrivate: Bool = false
    ) throws(FileError) {
        let file = try FileDescriptor.file(
            path, O_RDWR | O_CREAT | O_APPEND, mode: isPrivate ? 0o600 : 0o644)
        switch exclusion {
        case .none: break
        case .waiting: try file.lock()
        case .refusing: try file.lockWithoutWaiting()
        }
        if isPrivate { try file.restrictToOwner() }
        var byteCount = try file.byteCount()
        let tail = try Self.tail(of: file, byteCount: byteCount)
        if (try? JSONSerialization.jsonObject(with: Data(tail))) != nil {
            try withUnsafeBytes(of: UInt8(ascii: "\n")) { bytes throws(FileError) in
                try file.write(bytes)
            }
            byteCount += 1
            discardedByteCount = 0
        } else {
            // After a loss of power, the bytes of a line may be zeros.
            if let first = tail.first, ![UInt8(ascii: "{"), UInt8(ascii: "["), 0].contains(first) {
                throw .notJSONLines(path: path)
            }
            byteCount -= tail.count
            if !tail.isEmpty { try file.truncate(to: byteCount) }
            discardedByteCount = tail.count
        }
        self.path = path
        state = Mutex(State(file: file, byteCount: byteCount))
    }

    /// Whether the file holds nothing yet.
    public var isEmpty: Bool { state.withLock { $0.byteCount == 0 } }

    /// Appends one line.
    /// - Throws: `JSONLinesError` for a value that JSON cannot hold, such as NaN, its line counted
    ///   from the opening of the file; `FileError` if writing fails. Nothing is appended then.
    public func append(_ row: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try state.withLock { state in
            var line: Data
            do {
                line = try encoder.encode(row)
            } catch {
                throw JSONLinesError(
                    path: path, line: state.linesAppended + 1,
                    defect: JSONLinesError.Defect(encodingFailedWith: error))
            }
            line.append(UInt8(ascii: "\n"))
            do {
                try line.withUnsafeBytes { try state.file.write($0) }
            } catch {
                // A full disk may have taken half of the line.
                try state.file.truncate(to: state.byteCount)
                throw error
            }
            state.byteCount += line.count
            state.linesAppended += 1
        }
    }

    /// Returns once the disk holds all rows.
    public func synchronize() throws(FileError) {
        try state.withLock { state throws(FileError) in try state.file.synchronize() }
    }

    /// Reads what follows the last line feed.
    private static func tail(
        of file: borrowing FileDescriptor, byteCount: Int
    ) throws(FileError) -> [UInt8] {
        var span = 1 << 16
        while true {
            let start = max(0, byteCount - span)
            let end = try file.read(in: start..<byteCount)
            if let lineFeed = end.lastIndex(of: UInt8(ascii: "\n")) {
                return Array(end[(lineFeed + 1)...])
            }
            if start == 0 { return end }
            if span > maximumTailByteCount { throw .notJSONLines(path: file.path) }
            span *= 2
        }
    }
}
