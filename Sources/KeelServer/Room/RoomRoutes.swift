internal import Foundation
internal import Hummingbird
internal import KeelGuardian
internal import KeelStore

/// A conversation's room, for the person whose conversation it is.
struct RoomRoutes {
    private struct Document: Encodable {
        var state: String
        /// Until when helpers have time to come, in seconds since 1970.
        var until: Double?
        /// What could be sent, to be gone over; there once the person has agreed.
        var draft: String?
        /// What was sent.
        var summary: String?
        var helper: String?
        var news: [RoomState.News]
        /// Whether any helper is there now, as far as it is known.
        var isAnybodyAvailable: Bool
        /// The newest message of the conversation.
        var newest: String?
        /// A message of the person's that the model, which is back, has not answered.
        var owed: String?
    }

    private struct Act: Decodable {
        enum Kind: String, Decodable { case consent, decline, approve, close }

        var act: Kind
        /// What may be sent.
        var summary: String?
    }

    private static let summaryLimit = 4000
    /// Of each message in a draft.
    private static let quoteLimit = 400

    let serving: Serving
    let store: Store

    func add(to router: Router<ServerContext>) {
        router.get("/keel/conversations/{id}/room") { _, context in
            let id = ConversationRoutes.id(context)
            let rooms = try serving.openRooms()
            return try await document(
                try await rooms.state(of: id, owner: context.visitor.name), id, context.visitor)
        }
        router.post("/keel/conversations/{id}/room") { request, context in
            let rooms = try serving.openRooms()
            let act = try JSON.decode(Act.self, from: try await serving.body(of: request).body)
            let id = ConversationRoutes.id(context)
            // Whose it is comes before anything is done.
            _ = try await rooms.state(of: id, owner: context.visitor.name)
            return try await document(
                try await apply(act, rooms, id, context.visitor), id, context.visitor)
        }
    }

    private func apply(_ act: Act, _ rooms: Rooms, _ id: String, _ visitor: Visitor) async throws
        -> RoomState
    {
        let key = "\(act.act.rawValue)/\(UUID().uuidString)"
        switch act.act {
        case .consent:
            return try await rooms.apply(.personConsented, key: key, in: id) {
                switch $0.room.state {
                case .together, .asked, .declined, .unanswered: true
                case .consented, .inviting, .joined, .steppedBack, .closed: false
                }
            }.state
        case .decline:
            return try await rooms.apply(.personDeclined, key: key, in: id) {
                $0.room.state == .asked || $0.room.state == .consented
            }.state
        case .approve:
            let summary = act.summary ?? ""
            try ConversationRoutes.check(summary, 1...Self.summaryLimit, "summary")
            let state = try await rooms.apply(
                .summaryApproved(at: rooms.setup.now()), key: key, in: id, text: summary
            ) { $0.room.state == .consented }.state
            // On its way at once; what does not arrive is tried again.
            Task { await rooms.deliver() }
            return state
        case .close: return try await rooms.apply(.personClosed, key: key, in: id).state
        }
    }

    private func document(_ state: RoomState, _ id: String, _ visitor: Visitor) async throws
        -> Response
    {
        let messages = try await store.conversation(id, of: visitor.name).messages
        var until: Double?
        if case .inviting(let end) = state.room.state { until = end }
        let isBack =
            state.room.state == .closed
            || state.news.last?.news == .returned && state.room.isModelPresent
        let newest = messages.last
        return try JSON.response(
            Document(
                state: state.room.state.name, until: until,
                draft: state.room.state == .consented
                    ? draft(messages, state.room.level) : nil, summary: state.summary,
                helper: state.helper, news: state.news,
                isAnybodyAvailable: serving.rooms?.isAnybodyAvailable ?? false,
                newest: newest?.id,
                owed: isBack && newest?.role == .user ? newest?.id : nil))
    }

    /// What could be sent, in the person's language and words.
    private func draft(_ messages: [StoredMessage], _ level: RiskLevel) -> String {
        let said = messages.filter { $0.role == .user }.suffix(3).map {
            String($0.content.prefix(Self.quoteLimit))
        }
        switch Wording.Language(of: said.last ?? "") {
        case .english:
            return
                "Somebody who is talking with a program has agreed that a person be invited. The "
                + "program reads the danger as \(level.name), and may be wrong. Their last words:\n"
                + said.map { "“\($0)”" }.joined(separator: "\n")
        case .chinese:
            let levels: [RiskLevel: String] = [
                .none: "无", .low: "低", .moderate: "中", .high: "高", .imminent: "迫在眉睫",
            ]
            return "一位正在和程序对话的人同意邀请一个人加入。程序读到的危险程度是“\(levels[level] ?? level.name)”,可能有误。"
                + "对方最后的话:\n" + said.map { "“\($0)”" }.joined(separator: "\n")
        }
    }
}

extension Serving {
    /// - Throws: `APIError` where nobody can be invited.
    func openRooms() throws(APIError) -> Rooms {
        guard let rooms else { throw .notFound("Nobody can be invited on this server.") }
        return rooms
    }
}
