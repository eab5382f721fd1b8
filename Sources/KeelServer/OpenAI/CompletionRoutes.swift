internal import Foundation
internal import Hummingbird
internal import KeelLanguage

/// `/v1/chat/completions` and `/v1/completions`.
struct CompletionRoutes {
    /// A request for answers, whichever its form.
    struct Call: Sendable {
        var form: AnswerForm
        var question: Question
        var isStream: Bool
        var includesUsage: Bool
    }

    let serving: Serving

    func add(to router: Router<ServerContext>) {
        router.post("/v1/chat/completions") { request, context in
            let (request, body) = try await serving.body(of: request)
            return try await answer(try chat(body, context), request, context)
        }
        router.post("/v1/completions") { request, context in
            let (request, body) = try await serving.body(of: request)
            return try await answer(try text(body, context), request, context)
        }
    }

    private func chat(_ body: ByteBuffer, _ context: ServerContext) throws(APIError) -> Call {
        let request = try JSON.decode(ChatCompletionRequest.self, from: body)
        let fields = try JSON.decode(SamplingFields.self, from: body)
        let model = try serving.model(request.model)
        return Call(
            form: .chat,
            question: try question(
                model, .messages(model.prompt(try request.conversation)), fields,
                logprobs: try request.candidates, context),
            isStream: request.stream ?? false,
            includesUsage: request.streamOptions?.includeUsage ?? false)
    }

    private func text(_ body: ByteBuffer, _ context: ServerContext) throws(APIError) -> Call {
        let request = try JSON.decode(CompletionRequest.self, from: body)
        let fields = try JSON.decode(SamplingFields.self, from: body)
        return Call(
            form: .text,
            question: try question(
                try serving.model(request.model), .text(try request.text), fields,
                logprobs: try request.candidates, context),
            isStream: request.stream ?? false,
            includesUsage: request.streamOptions?.includeUsage ?? false)
    }

    private func question(
        _ model: ServedModel, _ prompt: Prompt, _ fields: SamplingFields, logprobs: Int?,
        _ context: ServerContext
    ) throws(APIError) -> Question {
        Question(
            model: model, prompt: prompt, samples: try fields.samples,
            options: try fields.options(
                defaultTokens: serving.limits.defaultTokens,
                mostTokens: serving.limits.mostTokens),
            logprobs: logprobs,
            steer: try fields.keel?.strengths(for: model, context) ?? [:], client: context.client)
    }

    private func answer(_ call: Call, _ request: Request, _ context: ServerContext) async throws
        -> Response
    {
        let watch = AnswerWatch(serving.metrics, model: call.question.model.id)
        let presence = await context.channel.clientPresence()
        let place = GuardPlace.call()
        let events = serving.events(call.question, in: place, for: presence)
        var transcript = AnswerTranscript(call.question)
        guard call.isStream else {
            return try await whole(call, events, place, &transcript, watch)
        }
        // What goes wrong before the first piece still gets a status of its own.
        var opening: [AnsweringEvent] = []
        do {
            for try await event in events {
                opening.append(event)
                if case .sample = event { break }
            }
        } catch {
            watch.ended(transcript, by: error)
            throw APIError(error, serving.logger)
        }
        watch.began()
        let begun = opening
        return EventWriter.response { writer in
            try await stream(call, begun, events, place, into: &writer, watch)
        }
    }

    /// All answers in one document.
    private func whole(
        _ call: Call, _ events: AsyncThrowingStream<AnsweringEvent, any Error>,
        _ place: GuardPlace, _ transcript: inout AnswerTranscript, _ watch: AnswerWatch
    ) async throws -> Response {
        do {
            for try await event in events {
                if case .sample = event { watch.began() }
                transcript.add(event)
            }
            watch.ended(transcript)
        } catch {
            watch.ended(transcript, by: error)
            // A server that stops hands over what there is.
            guard error as? Interruption == .serverStops, transcript.hasBegun else {
                throw APIError(error, serving.logger)
            }
        }
        await serving.shown(transcript, in: place)
        var keel = transcript.document
        keel.guardian = transcript.trace?.document(call.question.samples.lowerBound)
        keel.notes = await notes(transcript)
        return try JSON.response(
            CompletionDocument(
                id: call.form.newID(), object: call.form.object(isPiece: false),
                created: Int(Date().timeIntervalSince1970), model: call.question.model.id,
                choices: call.question.samples.map { call.form.choice($0, of: transcript) },
                usage: transcript.usage.map(UsageDocument.init), keel: keel))
    }

    /// Answers as they are made.
    private func stream(
        _ call: Call, _ opening: [AnsweringEvent],
        _ events: AsyncThrowingStream<AnsweringEvent, any Error>, _ place: GuardPlace,
        into writer: inout EventWriter, _ watch: AnswerWatch
    ) async throws {
        var stream = CompletionStream(call, writer)
        do {
            for event in opening { try await stream.send(event, serving) }
            for try await event in events { try await stream.send(event, serving) }
            watch.ended(stream.transcript)
            try await stream.end()
            await serving.shown(stream.transcript, in: place)
        } catch {
            watch.ended(stream.transcript, by: error)
            await serving.shown(stream.transcript, in: place)
            switch error as? Interruption {
            case .clientLeft: throw error
            case .serverStops: try await stream.end()
            case nil:
                try await stream.writer.send(ErrorDocument(APIError(error, serving.logger)))
            }
        }
        writer = stream.writer
    }

    private func notes(_ transcript: AnswerTranscript) async -> [AnswerNote]? {
        var notes: [AnswerNote]?
        for (_, completion) in transcript.completions.sorted(by: { $0.key < $1.key }) {
            let question = transcript.question
            if let new = await serving.notes(
                Exchange(
                    model: question.model.id, prompt: question.prompt, completion: completion))
            {
                notes = (notes ?? []) + new
            }
        }
        return notes
    }
}
