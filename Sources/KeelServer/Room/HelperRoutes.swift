internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import KeelGuardian
internal import KeelStore

/// Rooms for those who help: who has a token of the role `helper` sees all that are open, who came by a link
/// sees the one it leads to.
///
/// A helper reads what the person has let be sent, and, once they have come in, what was said since; nothing
/// from before. Only the one who has come in speaks, under the name that they came in by.
struct HelperRoutes {
    /// How a helper's message is marked among answers.
    static let finish = "helper"
    private static let nameLimit = 60

    private struct Entry: Decodable {
        var room: String
        var link: String
        /// A secret of the helper's own; with an equal one, the same link can be sent again.
        var session: String?
    }

    private struct Entered: Encodable {
        var session: String
    }

    private struct Joining: Decodable {
        var name: String
    }

    private struct Saying: Decodable {
        var content: String
        /// By which it is said once, however often it is sent.
        var key: String
    }

    private struct Availability: Codable {
        var available: Bool
    }

    private struct Queue: Encodable {
        struct Waiting: Encodable {
            var room: String
            var state: String
            var summary: String
            var until: Double?
            var helper: String?
        }

        var rooms: [Waiting]
        var available: Bool
    }

    private struct Document: Encodable {
        var room: String
        var state: String
        var summary: String
        var helper: String?
        /// Whether the helper who is there is the one who asks.
        var isYou: Bool
        var messages: [ConversationRoutes.MessageDocument]
    }

    let serving: Serving
    let store: Store

    func add(to router: Router<ServerContext>) {
        router.post("/keel/helper/enter") { request, _ in
            let rooms = try serving.openRooms()
            let entry = try JSON.decode(Entry.self, from: try await serving.body(of: request).body)
            if let session = entry.session {
                try ConversationRoutes.check(session, 32...200, "session")
            }
            return try JSON.response(
                Entered(
                    session: try await rooms.enter(entry.room, by: entry.link, as: entry.session)))
        }
        router.get("/keel/helper/queue") { request, context in
            let rooms = try serving.openRooms()
            let name = try onDuty(request, context)
            rooms.saw(name)
            return try JSON.response(
                Queue(
                    rooms: try await rooms.queue().map { waiting($0.conversation, $0.state) },
                    available: rooms.isAvailable(name)))
        }
        router.put("/keel/helper/availability") { request, context in
            let rooms = try serving.openRooms()
            let name = try onDuty(request, context)
            let said = try JSON.decode(
                Availability.self, from: try await serving.body(of: request).body)
            rooms.setAvailable(said.available, name)
            return try JSON.response(said)
        }
        router.get("/keel/helper/rooms/{id}") { request, context in
            let (rooms, id, helper) = try await room(request, context)
            return try await document(try await rooms.state(of: id), id, for: helper)
        }
        router.post("/keel/helper/rooms/{id}/join") { request, context in
            let (rooms, id, helper) = try await room(request, context)
            let body = try await serving.body(of: request).body
            let name = try JSON.decode(Joining.self, from: body).name
            try ConversationRoutes.check(name, 1...Self.nameLimit, "name")
            // Where a helper is there and silent, another may come in their place.
            let joined = try await rooms.apply(
                .helperJoined(at: rooms.setup.now()), key: "joined/\(UUID().uuidString)", in: id,
                text: name, by: helper
            ) {
                $0.room.state.isOpen
                    && (!$0.room.state.hasHelper
                        || $0.room.state == .joined && $0.helperID != helper)
            }
            return try await document(joined.state, id, for: helper)
        }
        router.post("/keel/helper/rooms/{id}/messages") { request, context in
            let (rooms, id, helper) = try await room(request, context)
            let body = try await serving.body(of: request).body
            return try await say(try JSON.decode(Saying.self, from: body), rooms, id, helper)
        }
        router.post("/keel/helper/rooms/{id}/leave") { request, context in
            let (rooms, id, helper) = try await room(request, context)
            let left = try await rooms.apply(
                .helperLeft, key: "left/\(UUID().uuidString)", in: id
            ) { $0.has(helper) }
            return try await document(left.state, id, for: helper)
        }
    }

    /// Keeps what a helper says, once for each key.
    private func say(_ saying: Saying, _ rooms: Rooms, _ id: String, _ helper: String) async throws
        -> Response
    {
        try ConversationRoutes.check(saying.content, 1...ConversationRoutes.textLimit, "content")
        try ConversationRoutes.check(saying.key, 1...200, "key")
        let name = try await rooms.state(of: id).helper
        let said = try await rooms.apply(
            .helperSpoke(at: rooms.setup.now()), key: "said/\(saying.key)", in: id,
            message: NewMessage(
                conversation: id, parent: nil, role: .assistant, content: saying.content,
                model: name ?? "helper", finish: Self.finish, isInRoom: true)
        ) { $0.has(helper) }
        return try await document(said.state, id, for: helper)
    }

    /// The name of a helper with a token; where nobody needs one, whoever is at this machine.
    private func onDuty(_ request: Request, _ context: ServerContext) throws(APIError) -> String {
        if context.isUnknown, request.headers[HTTPField.Name.helperSession] == nil {
            throw .unauthorised("This takes a link, or a token of the role helper.")
        }
        guard !context.isUnknown, context.visitor.role == .helper || !serving.needsToken else {
            throw .forbidden("This takes a token of the role helper.")
        }
        return context.visitor.name
    }

    /// The room of a request, for whoever may be in it, and who that is.
    private func room(_ request: Request, _ context: ServerContext) async throws
        -> (rooms: Rooms, id: String, helper: String)
    {
        let rooms = try serving.openRooms()
        let id = ConversationRoutes.id(context)
        if let session = request.headers[HTTPField.Name.helperSession],
            try await rooms.isHelper(session, in: id)
        {
            return (rooms, id, Secrets.of(session))
        }
        let name = try onDuty(request, context)
        rooms.saw(name)
        guard try await rooms.state(of: id).approved != nil else {
            throw APIError.notFound("There is no room \"\(id)\" that anybody is invited to.")
        }
        return (rooms, id, Secrets.of("token/\(name)"))
    }

    private func waiting(_ conversation: String, _ state: RoomState) -> Queue.Waiting {
        var until: Double?
        if case .inviting(let end) = state.room.state { until = end }
        return Queue.Waiting(
            room: conversation, state: state.room.state.name, summary: state.summary ?? "",
            until: until, helper: state.helper)
    }

    private func document(_ state: RoomState, _ id: String, for helper: String) async throws
        -> Response
    {
        // The person is told who reads, so nobody does before they have come in.
        var messages: [StoredMessage] = []
        if state.has(helper), let since = state.approved {
            messages = try await store.messages(in: id, since: since)
        }
        // What the person thinks of an answer is between them and who serves it.
        for place in messages.indices {
            messages[place].rating = nil
            messages[place].reason = nil
        }
        return try JSON.response(
            Document(
                room: id, state: state.room.state.name,
                summary: state.room.state.isOpen ? state.summary ?? "" : "",
                helper: state.helper, isYou: state.has(helper),
                messages: messages.map { .init($0) }))
    }
}

extension HTTPField.Name {
    static let helperSession = HTTPField.Name(parsed: "keel-helper")
}
