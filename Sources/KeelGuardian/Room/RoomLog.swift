internal import Foundation
internal import KeelFormats
internal import Synchronization

/// A room whose events are on disk before anything follows from them.
///
/// An event has a key by which it happens once, however often it is told. What follows from it has a key,
/// too: after a restart, what was not yet marked as done is due again under the same key, so that whoever
/// receives it twice can tell. Only the owner of the file may read it.
public final class RoomLog: Sendable {
    /// Something to be done.
    public struct Due: Hashable, Sendable {
        /// The same after a restart.
        public var key: String
        public var effect: RoomEffect
    }

    private enum Line: Codable {
        case began(Room.Patience)
        case event(RoomEvent, key: String)
        case done(String)
    }

    private struct State {
        var room: Room
        var keys: Set<String> = []
        var due: [Due] = []

        mutating func apply(_ event: RoomEvent, key: String) -> [Due] {
            guard keys.insert(key).inserted else { return [] }
            let new = room.apply(event).enumerated().map { Due(key: "\(key)/\($0)", effect: $1) }
            due += new
            return new
        }
    }

    private let writer: JSONLinesWriter
    private let state: Mutex<State>

    /// Opens a room, as it was left, or begins one.
    /// - Parameters:
    ///   - path: A file of JSON Lines, one for each room.
    ///   - patience: For a room that begins; one that is opened keeps its own.
    /// - Throws: `FileError`, which is `inUse` while the room is open elsewhere; `JSONLinesError`.
    public init(path: String, patience: Room.Patience = .init()) throws {
        // Opening removes a torn last line, which nobody was told of.
        writer = try JSONLinesWriter(path: path, exclusion: .refusing, isPrivate: true)
        var state = State(room: Room(patience: patience))
        if writer.isEmpty {
            try writer.append(Line.began(patience))
            try writer.synchronize()
        } else {
            var reader = try JSONLinesReader<Line>(path: path)
            while let line = try reader.next() {
                switch line {
                case .began(let patience): state.room = Room(patience: patience)
                case .event(let event, let key): _ = state.apply(event, key: key)
                case .done(let key): state.due.removeAll { $0.key == key }
                }
            }
        }
        self.state = Mutex(state)
    }

    public var room: Room { state.withLock { $0.room } }

    /// What is still to be done, the oldest first.
    public var due: [Due] { state.withLock { $0.due } }

    /// Lets something happen, once for each key.
    /// - Returns: What follows; nothing for a key that was there before.
    /// - Throws: `FileError`; then nothing has happened.
    public func apply(_ event: RoomEvent, key: String) throws -> [Due] {
        try state.withLock { state in
            guard !state.keys.contains(key) else { return [] }
            try writer.append(Line.event(event, key: key))
            try writer.synchronize()
            return state.apply(event, key: key)
        }
    }

    /// Marks something as done.
    /// - Throws: `FileError`; it is then still due.
    public func finish(_ due: Due) throws {
        try state.withLock { state in
            guard state.due.contains(where: { $0.key == due.key }) else { return }
            try writer.append(Line.done(due.key))
            try writer.synchronize()
            state.due.removeAll { $0.key == due.key }
        }
    }
}
