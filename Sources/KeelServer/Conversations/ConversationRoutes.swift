internal import Foundation
internal import Hummingbird
internal import KeelGuardian
internal import KeelStore

/// Conversations of the page: each visitor's own, kept until they are deleted.
///
/// An answer with status 200 or 201 says that what was sent is on disk.
struct ConversationRoutes {
    private struct ConversationList: Encodable {
        var conversations: [Conversation]
        /// What to ask for older ones with, as `after`; nil where there are none.
        var next: String?
    }

    struct MessageDocument: Encodable {
        var id: String
        var parent: String?
        var role: StoredMessage.Role
        var content: String
        var model: String?
        var finish: String?
        var created: Double
        var rating: Int?
        var reason: String?

        init(_ message: StoredMessage) {
            id = message.id
            parent = message.parent
            role = message.role
            content = message.content
            model = message.model
            finish = message.finish
            created = message.created
            rating = message.rating
            reason = message.reason
        }
    }

    private struct Thread: Encodable {
        var conversation: Conversation
        var messages: [MessageDocument]
    }

    private struct NewConversation: Decodable {
        var title: String
    }

    private struct Question: Decodable {
        var parent: String?
        var content: String
    }

    private struct Rating: Decodable {
        var rating: JSON.Number<Int>
        var reason: String?
    }

    private struct Done: Encodable {
        var deleted: Int?
    }

    private struct Why: Encodable {
        var model: String?
        var finish: String?
        var details: AnswerDetails?
        var decisions: [Decision]
        /// Nil where no guardian had a part in it.
        var guardian: GuardReasons?
    }

    private struct Objection: Decodable {
        var text: String
    }

    private struct Objected: Encodable {
        var decision: Int
    }

    /// How many conversations are listed at once.
    static let listLimit = 100
    static let titleLimit = 200
    static let textLimit = 100_000
    static let reasonLimit = 4000

    let serving: Serving
    let store: Store

    func add(to router: Router<ServerContext>) {
        router.get("/keel/conversations") { request, context in
            try await list(of: context.visitor, after: request.uri.queryParameters["after"])
        }
        router.post("/keel/conversations") { request, context in
            let new = try JSON.decode(
                NewConversation.self, from: try await serving.body(of: request).body)
            try Self.check(new.title, 1...Self.titleLimit, "title")
            return try JSON.response(
                try await store.startConversation(of: context.visitor.name, title: new.title),
                status: .created)
        }
        router.get("/keel/conversations/{id}") { _, context in
            let (conversation, messages) = try await store.conversation(
                Self.id(context), of: context.visitor.name)
            return try JSON.response(
                Thread(conversation: conversation, messages: messages.map(MessageDocument.init)))
        }
        router.delete("/keel/conversations/{id}") { _, context in
            try await store.deleteConversation(Self.id(context), of: context.visitor.name)
            return try JSON.response(Done(deleted: 1))
        }
        router.post("/keel/conversations/{id}/messages") { request, context in
            let new = try JSON.decode(
                Question.self, from: try await serving.body(of: request).body)
            try Self.check(new.content, 1...Self.textLimit, "content")
            var message = NewMessage(
                conversation: Self.id(context), parent: new.parent, role: .user,
                content: new.content)
            if let rooms = serving.rooms {
                message.isInRoom = await rooms.mayHaveHelper(Self.id(context))
            }
            let kept = try await store.add(message, of: context.visitor.name)
            return try JSON.response(MessageDocument(kept), status: .created)
        }
        router.put("/keel/messages/{id}/feedback") { request, context in
            let rating = try JSON.decode(
                Rating.self, from: try await serving.body(of: request).body)
            let reason = rating.reason ?? ""
            try Self.check(reason, 0...Self.reasonLimit, "reason")
            try await store.rate(
                Self.id(context), rating.rating.value, reason: reason, by: context.visitor.name)
            return try JSON.response(Done())
        }
        router.delete("/keel/messages/{id}/feedback") { _, context in
            try await store.unrate(Self.id(context), by: context.visitor.name)
            return try JSON.response(Done())
        }
        router.get("/keel/messages/{id}/why") { _, context in
            try await why(Self.id(context), context.visitor)
        }
        router.post("/keel/messages/{id}/objection") { request, context in
            let objection = try JSON.decode(
                Objection.self, from: try await serving.body(of: request).body)
            try Self.check(objection.text, 1...Self.reasonLimit, "text")
            return try await object(to: Self.id(context), objection.text, context.visitor)
        }
        router.get("/keel/data") { _, context in
            var data = try await store.export(of: context.visitor.name)
            for entry in data.conversations.indices {
                for message in data.conversations[entry].messages.indices {
                    let kept = data.conversations[entry].messages[message].details
                    data.conversations[entry].messages[message].details =
                        try AnswerDetails.shown(kept).map { try JSON.encode($0) }
                }
            }
            var response = try JSON.response(data)
            response.headers[.contentDisposition] = "attachment; filename=\"keel-data.json\""
            return response
        }
        router.delete("/keel/data") { _, context in
            try JSON.response(Done(deleted: try await store.deleteAll(of: context.visitor.name)))
        }
    }

    private func list(of visitor: Visitor, after text: Substring?) async throws -> Response {
        let cursor = text.flatMap { ConversationCursor(String($0)) }
        guard text == nil || cursor != nil else {
            throw APIError.invalid(
                "after is what an earlier list of conversations called \"next\".", param: "after")
        }
        let found = try await store.conversations(
            of: visitor.name, after: cursor, limit: Self.listLimit + 1)
        let listed = Array(found.prefix(Self.listLimit))
        let next =
            found.count > listed.count ? listed.last.map(ConversationCursor.init(after:)) : nil
        return try JSON.response(
            ConversationList(conversations: listed, next: next?.description))
    }

    private func why(_ id: String, _ visitor: Visitor) async throws -> Response {
        guard let message = try await store.path(to: id, of: visitor.name).last else {
            throw APIError.notFound("There is no message \"\(id)\".")
        }
        let decisions = try await store.decisions(about: message.conversation, of: visitor.name)
        return try JSON.response(
            Why(
                model: message.model, finish: message.finish,
                details: AnswerDetails.shown(message.details), decisions: decisions,
                guardian: GuardReasons(about: message, in: decisions)))
    }

    /// Keeps what a person says against a guardian's decision.
    private func object(to id: String, _ text: String, _ visitor: Visitor) async throws -> Response
    {
        guard let message = try await store.path(to: id, of: visitor.name).last else {
            throw APIError.notFound("There is no message \"\(id)\".")
        }
        let decisions = try await store.decisions(about: message.conversation, of: visitor.name)
        guard let reasons = GuardReasons(about: message, in: decisions) else {
            throw APIError.notFound("No guardian has decided anything about this message.")
        }
        try await store.log(
            GuardRecords.objected,
            payload: try JSON.encode(
                GuardRecords.Objection(decision: reasons.decision, text: text)),
            conversation: message.conversation, message: message.id)
        if let entry = reasons.entry {
            await serving.guarded?.records.objected(to: entry, in: message.conversation)
        }
        return try JSON.response(Objected(decision: reasons.decision), status: .created)
    }

    static func id(_ context: ServerContext) -> String {
        context.parameters.get("id") ?? ""
    }

    static func check(_ text: String, _ length: ClosedRange<Int>, _ name: String) throws(APIError) {
        guard length.contains(text.unicodeScalars.count) else {
            throw .invalid(
                "\(name) has \(text.unicodeScalars.count) characters; it must have from "
                    + "\(length.lowerBound) to \(length.upperBound).", param: name)
        }
    }
}
