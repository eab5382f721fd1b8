internal import Foundation
internal import Hummingbird
internal import KeelGuardian
internal import KeelLanguage
internal import KeelStore
internal import Logging

/// Answers within conversations that are kept.
///
/// An answer is a stream of events: `begun` with a name by which to stop it, `guardian` where one has
/// decided, `text` for each piece, and at the end `answer`, which says that the answer is on disk. A
/// stopped answer is kept as far as it came.
struct AnswerRoutes {
    private struct AnswerRequest: Decodable {
        /// The person's message that is to be answered.
        var parent: String
        var model: String
        /// A system prompt of the person's own.
        var system: String?
        var temperature: JSON.Number<Double>?
        var topP: JSON.Number<Double>?
        var maxTokens: JSON.Number<Int>?
        var seed: JSON.Number<Int64>?
        /// How far to push the model, by the name of a direction.
        var steer: [String: JSON.Number<Double>]?

        enum CodingKeys: String, CodingKey {
            case parent, model, system, temperature, seed, steer
            case topP = "top_p"
            case maxTokens = "max_tokens"
        }
    }

    private struct Event: Encodable {
        var type: String
        var stop: String?
        var text: String?
        var message: ConversationRoutes.MessageDocument?
        /// What a guardian does about the answer.
        var guardian: GuardDocument?
    }

    private struct Stopped: Encodable {
        var stopped: Bool
    }

    /// What is needed to write one answer and keep it.
    private struct Work: Sendable {
        var conversation: String
        var parent: String
        var owner: String
        var system: String?
        var question: Question
        var place: GuardPlace
    }

    static let systemLimit = 20_000

    let serving: Serving
    let store: Store
    private let switches = AnswerSwitches()

    init(serving: Serving, store: Store) {
        self.serving = serving
        self.store = store
    }

    func add(to router: Router<ServerContext>) {
        router.post("/keel/conversations/{id}/answers") { request, context in
            try await answer(request, context)
        }
        router.delete("/keel/answers/{id}") { _, context in
            let name = ConversationRoutes.id(context)
            return try JSON.response(
                Stopped(stopped: switches.stop(name, by: context.visitor.name)))
        }
    }

    private func answer(_ request: Request, _ context: ServerContext) async throws -> Response {
        let asked = try JSON.decode(
            AnswerRequest.self, from: try await serving.body(of: request).body)
        let conversation = ConversationRoutes.id(context)
        let path = try await store.path(to: asked.parent, of: context.visitor.name)
        guard path.last?.role == .user, path.last?.conversation == conversation else {
            throw APIError.invalid(
                "parent is no message of a person in this conversation.", param: "parent")
        }
        let work = Work(
            conversation: conversation, parent: asked.parent, owner: context.visitor.name,
            system: asked.system?.isEmpty == false ? asked.system : nil,
            question: try question(asked, path, context),
            place: try await place(conversation, asked.parent, of: context.visitor.name))
        let said = path.filter { $0.role == .user }.map(\.content)
        if Rest.isDue(after: said), try await mayRest(work) {
            return try await rest(work, after: said)
        }
        if let rooms = serving.rooms, await !isForModel(work, in: rooms) {
            return EventWriter.response { try await $0.send(Event(type: "passed")) }
        }

        let gone = ClientPresence()
        let presence = await context.channel.clientPresence()
        let listener = presence.onLeave { gone.leave() }
        let stop = switches.add(gone, of: context.visitor.name)
        return EventWriter.response { writer in
            defer {
                presence.forget(listener)
                switches.remove(stop)
            }
            try await writer.send(Event(type: "begun", stop: stop))
            try await write(work, for: gone, into: &writer)
        }
    }

    /// Where a guardian finds what it has read of the conversation before, in whatever branch.
    private func place(_ conversation: String, _ question: String, of owner: String)
        async throws(StoreError) -> GuardPlace
    {
        var place = GuardPlace(conversation: conversation, question: question)
        guard serving.guarded != nil else { return place }
        // Not the last: answers in other branches may have been decided at the same time.
        for decision in try await store.decisions(about: conversation, of: owner)
        where decision.kind == GuardRecords.decided {
            guard let payload = decision.payload else { continue }
            let record = try? JSONDecoder().decode(GuardRecord.self, from: payload)
            // What cannot be read here was written by another version, and may tell of danger.
            place.floor = max(place.floor, record?.plan.level ?? .moderate)
        }
        return place
    }

    private func question(
        _ asked: AnswerRequest, _ path: [StoredMessage], _ context: ServerContext
    ) throws -> Question {
        let model = try serving.model(asked.model)
        let system = asked.system ?? ""
        try ConversationRoutes.check(system, 0...Self.systemLimit, "system")
        let turns = Message.turns(path)
        var fields = SamplingFields()
        fields.temperature = asked.temperature
        fields.topP = asked.topP
        fields.maxTokens = asked.maxTokens
        fields.seed = asked.seed
        return Question(
            model: model,
            prompt: .messages(model.prompt((system.isEmpty ? [] : [.system(system)]) + turns)),
            samples: 0..<1,
            options: try fields.options(
                defaultTokens: serving.limits.defaultTokens, mostTokens: serving.limits.mostTokens),
            logprobs: nil,
            steer: try KeelFields(steer: asked.steer ?? [:]).strengths(for: model, context),
            client: context.client)
    }

    private func write(
        _ work: Work, for presence: ClientPresence, into writer: inout EventWriter
    ) async throws {
        let start = ContinuousClock.now
        let watch = AnswerWatch(serving.metrics, model: work.question.model.id)
        var transcript = AnswerTranscript(work.question)
        do {
            for try await event in serving.events(work.question, in: work.place, for: presence) {
                transcript.add(event)
                if case .guarded(let trace) = event {
                    try await writer.send(Event(type: "guardian", guardian: trace.document()))
                }
                guard case .sample(.piece(_, let text, _)) = event, !text.isEmpty else { continue }
                watch.began()
                try await writer.send(Event(type: "text", text: text))
            }
            watch.ended(transcript)
        } catch {
            watch.ended(transcript, by: error)
            // Both say that somebody wanted no more of it, which is no fault.
            if !(error is Interruption), !(error is CancellationError) {
                transcript.ending = "error"
            }
            guard transcript.hasBegun else {
                return try await writer.send(ErrorDocument(APIError(error, serving.logger)))
            }
        }
        do {
            let message = try await keep(transcript, work, ContinuousClock.now - start)
            try await writer.send(Event(type: "answer", message: .init(message)))
        } catch let error as StoreError {
            try await writer.send(ErrorDocument(APIError(error, serving.logger)))
        }
    }

    /// Keeps an answer, also one whose reader has left.
    private func keep(_ transcript: AnswerTranscript, _ work: Work, _ time: Duration) async throws
        -> StoredMessage
    {
        let completion = transcript.completions[0]
        var notes: [AnswerNote]?
        if let completion {
            notes = await serving.notes(
                Exchange(
                    model: work.question.model.id, prompt: work.question.prompt,
                    completion: completion))
        }
        let new = NewMessage(
            conversation: work.conversation, parent: work.parent, role: .assistant,
            content: transcript.text(0), model: work.question.model.id,
            finish: transcript.finish(0),
            details: try JSON.encode(
                AnswerDetails(transcript, system: work.system, time: time, notes: notes)))
        // The connection's task may be at its end; what was written is kept all the same.
        return try await Task { [store, serving, transcript] in
            do {
                let message = try await store.add(new, of: work.owner)
                await serving.shown(transcript, in: work.place, message: message.id)
                return message
            } catch {
                // It was shown all the same.
                await serving.shown(transcript, in: work.place)
                throw error
            }
        }.value
    }

    /// Whether nothing in the whole conversation, branches that were left included, speaks against rest.
    private func mayRest(_ work: Work) async throws -> Bool {
        let all = try await store.conversation(work.conversation, of: work.owner).messages
            .map(Message.init)
        guard Rest.isSafe(in: all, reader: serving.mayBeAtRisk) else { return false }
        guard let guarded = serving.guarded else { return true }
        // Danger that was read off the model is in no word.
        guard work.place.floor == .none else { return false }
        // Where nobody can tell, nothing rests.
        return await guarded.level(of: all) == RiskLevel.none
    }

    /// Whether the model answers, or a helper who is in the room.
    private func isForModel(_ work: Work, in rooms: Rooms) async -> Bool {
        do {
            let read = await serving.guarded?.level(of: work.question.conversation)
            let level = max(work.place.floor, read ?? RiskLevel.none)
            if level < Room.askingLevel {
                // Of conversations that nobody is asked in, there is no room to keep.
                guard try await rooms.state(of: work.conversation).last > 0 else { return true }
            }
            let spoke = RoomEvent.personSpoke(level: level, at: rooms.setup.now())
            let room = try await rooms.apply(
                spoke, key: "spoke/\(work.parent)", in: work.conversation)
            // Nobody else is in a room that was closed after this was written.
            return room.state.room.isModelPresent || !room.state.room.state.hasHelper
        } catch {
            // A room that cannot be kept leaves the person with the model.
            serving.metrics.count("keel_guardian_failures_total", ["part": "room"])
            serving.logger.critical("a room was not kept: \(type(of: error))")
            return true
        }
    }

    /// Lets the conversation rest, which is kept and logged like an answer.
    private func rest(_ work: Work, after said: [String]) async throws -> Response {
        let message = try await store.add(
            NewMessage(
                conversation: work.conversation, parent: work.parent, role: .assistant,
                content: Rest.notice(after: said.last ?? ""), model: work.question.model.id,
                finish: "rest"), of: work.owner)
        try await store.log(
            "rest", payload: try JSON.encode(["because": "the same message \(Rest.bar) times"]),
            conversation: work.conversation, message: message.id)
        return EventWriter.response { writer in
            try await writer.send(Event(type: "answer", message: .init(message)))
        }
    }
}
