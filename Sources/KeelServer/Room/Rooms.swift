internal import Foundation
internal import HTTPTypes
internal import KeelGuardian
internal import KeelStore
internal import Logging
internal import Synchronization

/// The rooms of all conversations, kept in the store record by record.
///
/// A record is on disk, under a key by which it happens once, before anything follows from it. What follows
/// for others, an invitation, is due until it was taken, also after a restart.
final class Rooms: Sendable {
    /// How long a helper who has said nothing counts as there.
    private static let presence = 120.0

    let setup: RoomSetup
    private let store: Store
    private let logger: Logger
    private let metrics: ServerMetrics
    /// When helpers were last seen, of those who said that they are available.
    private let available = Mutex<[String: Double]>([:])
    /// Invitations that are being sent.
    private let underWay = Mutex<Set<String>>([])
    private let known = Mutex(Known())

    /// What has been read of all rooms, so that only what is new, and what is open, is read again.
    private struct Known {
        /// Rooms that somebody can come into, or that could not be read, with the number of the last record.
        var open: [String: Int] = [:]
        /// The newest record of any room that was looked at.
        var newest = 0
    }

    init(_ setup: RoomSetup, store: Store, metrics: ServerMetrics, logger: Logger) {
        self.setup = setup
        self.store = store
        self.metrics = metrics
        self.logger = logger
    }

    // MARK: What happens

    /// A room now; deadlines that have passed are told.
    /// - Throws: `StoreError.notFound` where it is not the owner's.
    func state(of conversation: String, owner: String? = nil) async throws -> RoomState {
        let state = try RoomState(try await store.roomRecords(of: conversation, owner: owner))
        let time = RoomEvent.clock(at: setup.now())
        var later = state.room
        _ = later.apply(time)
        guard state.last > 0, later.state != state.room.state else { return state }
        return try await apply(time, key: "clock/\(state.last)", in: conversation).state
    }

    /// Lets something happen, once for each key.
    /// - Parameters:
    ///   - event: What happens.
    ///   - key: By which it happens once.
    ///   - conversation: Where.
    ///   - text: A summary, or a name.
    ///   - id: Who joins, as `RoomState.helperID`.
    ///   - message: What is said with it; both are on disk or neither.
    ///   - allows: Whether it may happen in a state.
    /// - Returns: The room afterwards, and what follows; nothing for a key that was there.
    /// - Throws: `StoreError`; `APIError` where it may not happen.
    @discardableResult
    func apply(
        _ event: RoomEvent, key: String, in conversation: String, text: String? = nil,
        by id: String? = nil, message: NewMessage? = nil,
        where allows: (RoomState) -> Bool = { _ in true }
    ) async throws -> (state: RoomState, effects: [RoomEffect]) {
        try await add(.event(event, text: text, by: id), key, conversation, message, allows)
    }

    private func add(
        _ entry: RoomEntry, _ key: String, _ conversation: String, _ message: NewMessage? = nil,
        _ allows: (RoomState) -> Bool = { _ in true }
    ) async throws -> (state: RoomState, effects: [RoomEffect]) {
        let payload = try JSON.encode(entry)
        while true {
            var state = try RoomState(try await store.roomRecords(of: conversation))
            if state.keys.contains(key) { return (state, []) }
            guard allows(state) else { throw APIError.roomIs(state.room.state) }
            if state.last == 0 {
                let began = try JSON.encode(RoomEntry.began(setup.patience))
                let addition = try await store.addRoomRecord(
                    "began", payload: began, conversation: conversation, after: 0)
                guard case .added(let record) = addition else { continue }
                try state.apply(record)
            }
            switch try await store.addRoomRecord(
                key, payload: payload, conversation: conversation, after: state.last,
                message: message)
            {
            case .added(let record):
                let effects = try state.apply(record)
                return (state, effects)
            case .known, .overtaken: continue
            }
        }
    }

    // MARK: Invitations

    private struct Invitation: Encodable {
        var type = "invitation"
        var id: String
        var summary: String
        var link: String
        /// Seconds since 1970.
        var until: Double
    }

    /// Sends what is due, now and again and again, until cancelled.
    func keep() async {
        while !Task.isCancelled {
            await deliver()
            try? await Task.sleep(for: setup.pause)
        }
    }

    /// Sends each invitation that is due, and tells of deadlines that have passed.
    func deliver() async {
        do {
            for (conversation, state) in try await queue() {
                guard case .inviting = state.room.state else { continue }
                for due in state.due where due.until >= setup.now() {
                    // What has begun is noted, even where the server is asked to stop.
                    await Task { await self.invite(conversation, due.key, until: due.until) }.value
                }
            }
        } catch {
            failed(error)
        }
    }

    /// A room; nil for one that cannot be read, which must not keep the others waiting.
    private func readable(_ conversation: String) async -> RoomState? {
        do {
            return try await state(of: conversation)
        } catch StoreError.notFound(_, id: _) {
            // It was deleted just now.
            return nil
        } catch {
            metrics.count("keel_guardian_failures_total", ["part": "room"])
            logger.error("a room could not be read: \(type(of: error))")
            return nil
        }
    }

    private func invite(_ conversation: String, _ key: String, until: Double) async {
        let name = "\(conversation)/\(key)"
        guard underWay.withLock({ $0.insert(name).inserted }) else { return }
        defer { underWay.withLock { _ = $0.remove(name) } }
        do {
            let state = try RoomState(try await store.roomRecords(of: conversation))
            guard state.due.contains(where: { $0.key == key }) else { return }
            let secret = Secrets.newSecret()
            let digest = Secrets.of(secret)
            // The link is known here before anybody has it.
            _ = try await add(.link(digest), "link/\(digest)", conversation)
            // The fragment of an address is sent to no server and stands in no log.
            let body = try JSON.encode(
                Invitation(
                    id: name, summary: state.summary ?? "",
                    link: "\(setup.address)/helper#\(conversation).\(secret)", until: until))
            try await setup.deliver(
                SignedNotice(body: body, key: name, secret: setup.secret, at: setup.now()))
            _ = try await add(.done(key), "done/\(key)", conversation)
        } catch {
            failed(error)
        }
    }

    private func failed(_ error: any Error) {
        metrics.count("keel_guardian_failures_total", ["part": "room"])
        logger.error("an invitation was not sent, and is tried again: \(type(of: error))")
    }

    // MARK: Helpers

    /// Uses a link up.
    ///
    /// Links and sessions are known by digests alone, so the time that looking one up takes tells nothing by
    /// which one could be guessed.
    /// - Parameters:
    ///   - conversation: Where the link leads.
    ///   - link: Its secret.
    ///   - proposed: What the helper would bring from now on, of their own making: who never got an answer
    ///     asks again with the same. Nil for one that is made here.
    /// - Returns: What the helper brings from now on.
    /// - Throws: `APIError` for a link that is not known, or was used by somebody else.
    func enter(_ conversation: String, by link: String, as proposed: String?) async throws -> String
    {
        let digest = Secrets.of(link)
        let session = proposed ?? Secrets.newSecret()
        let entry = RoomEntry.entered(link: digest, session: Secrets.of(session))
        let before = try RoomState(try await store.roomRecords(of: conversation))
        if before.links.contains(digest) {
            _ = try await add(entry, "entered/\(digest)", conversation)
        }
        // Of two who come at once, one is let in. Who guesses learns nothing of the room.
        guard before.keys.contains("link/\(digest)"),
            try await isHelper(session, in: conversation)
        else {
            throw APIError.forbidden("This link is of no room, or was used. Ask for a new one.")
        }
        return session
    }

    /// Whether a helper is in a conversation, or nobody can tell: what a person writes is then taken, whoever
    /// it follows.
    func mayHaveHelper(_ conversation: String) async -> Bool {
        await readable(conversation)?.room.state.hasHelper ?? true
    }

    /// Whether somebody has come into a conversation by a link.
    func isHelper(_ session: String, in conversation: String) async throws -> Bool {
        let state = try RoomState(try await store.roomRecords(of: conversation))
        return state.sessions.contains(Secrets.of(session))
    }

    /// Rooms that somebody can come into, the last changed first.
    /// - Complexity: O(records of rooms that have changed since the last call, or are open).
    func queue() async throws -> [(conversation: String, state: RoomState)] {
        let before = known.withLock { $0 }
        let changes = try await store.roomChanges(after: before.newest)
        var open: [(conversation: String, state: RoomState)] = []
        var unread: [String] = []
        var closed: [(conversation: String, last: Int)] = []
        for conversation in Set(before.open.keys).union(changes.conversations) {
            guard let state = await readable(conversation) else {
                unread.append(conversation)
                continue
            }
            if state.room.state.isOpen {
                open.append((conversation, state))
            } else {
                closed.append((conversation, state.last))
            }
        }
        known.withLock { known in
            for (conversation, state) in open {
                known.open[conversation] = max(known.open[conversation] ?? 0, state.last)
            }
            for conversation in unread where known.open[conversation] == nil {
                known.open[conversation] = 0
            }
            // One that was read anew meanwhile stays; one without records was deleted.
            for (conversation, last) in closed
            where last == 0 || (known.open[conversation] ?? 0) <= last {
                known.open[conversation] = nil
            }
            known.newest = max(known.newest, changes.newest)
        }
        return open.sorted { $0.state.last > $1.state.last }
    }

    func setAvailable(_ isAvailable: Bool, _ helper: String) {
        available.withLock { $0[helper] = isAvailable ? setup.now() : nil }
    }

    /// A helper was seen; whoever is available stays so.
    func saw(_ helper: String) {
        available.withLock { if $0[helper] != nil { $0[helper] = setup.now() } }
    }

    func isAvailable(_ helper: String) -> Bool {
        available.withLock { $0[helper].map { setup.now() - $0 < Self.presence } ?? false }
    }

    /// Whether any helper is there now, as far as it is known here.
    var isAnybodyAvailable: Bool {
        available.withLock { all in all.values.contains { setup.now() - $0 < Self.presence } }
    }
}

extension APIError {
    /// Something that cannot happen in the state that a room is in.
    static func roomIs(_ state: Room.State) -> APIError {
        APIError(
            status: .conflict,
            message: "This cannot be done now: the room is in the state \"\(state.name)\".",
            type: "invalid_request_error", code: "room_state")
    }
}
