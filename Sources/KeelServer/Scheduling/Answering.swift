internal import KeelGuardian
internal import KeelLanguage
internal import Logging
internal import Synchronization

/// What is asked of a model in one request.
struct Question: Sendable {
    var model: ServedModel
    var prompt: Prompt
    var samples: Range<Int>
    var options: SamplingOptions
    var logprobs: Int?
    /// How far to push the model, by the name of a direction.
    var steer: [String: Double] = [:]
    /// Whether what can be read off the model on the way to its answer is to be told.
    var readsModel = false
    /// Whose turn it takes.
    var client: String
}

extension Question {
    /// The model of an engine, pushed where that is asked for.
    /// - Throws: `LanguageError.invalidOption` where it cannot be: another is not asked in its stead.
    func pushed(_ model: any ChatModel) throws(LanguageError) -> any ChatModel {
        guard !steer.isEmpty else { return model }
        guard let model = model as? any SteerableChatModel else {
            throw .invalidOption(
                field: "direction", value: steer.keys.sorted().joined(separator: ", "),
                expected: "nothing: \(model.name) cannot be steered")
        }
        return try model.steered(by: steer)
    }

    /// A model's answers to it; `onPrompt` is called before them where the model is to be read, and can be.
    fileprivate func stream(
        from model: any ChatModel, onPrompt: @escaping @Sendable (Double) -> Void
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        guard readsModel, let model = model as? any PromptReadableChatModel else {
            return model.stream(prompt, samples: samples, options: options, logprobs: logprobs)
        }
        return model.stream(
            prompt, samples: samples, options: options, logprobs: logprobs, onPrompt: onPrompt)
    }
}

/// What happens while a question is answered.
enum AnsweringEvent: Sendable {
    /// Its turn has come, and this one of the model's engines is asked.
    case asked(engine: Int)
    /// What was read off the model, before anything of an answer; told where the question wants it.
    case read(Double)
    case sample(SampleEvent)
    /// What a guardian has decided, before anything of an answer is shown.
    case guarded(GuardTrace)
    /// How an answer ended under a guardian's eyes, before it is finished; nil as the model ended it.
    case guardEnded(sample: Int, end: GuardEnd?, review: DecisionEntry.Shown.Review)
}

/// Why answers ended before they were done.
enum Interruption: Error, Hashable {
    case clientLeft
    case serverStops
}

/// Answers questions, each in its turn, and knows which ones are under way.
final class Answering: Sendable {
    private struct State {
        var isStopping = false
        var nextID = 0
        var interrupts: [Int: @Sendable (Interruption) -> Void] = [:]
    }

    private let metrics: ServerMetrics
    private let logger: Logger
    private let state = Mutex(State())

    init(metrics: ServerMetrics, logger: Logger) {
        self.metrics = metrics
        self.logger = logger
    }

    /// Answers a question, piece by piece.
    ///
    /// Where an engine fails before anything of an answer has come, the next one is asked; the stream
    /// says so. What is wrong with the question itself is not asked again.
    /// - Returns: Events that end by an error where the client leaves, the server stops, or no engine
    ///   answers. Ending the iteration frees the engine within one step.
    func events(_ question: Question, for presence: ClientPresence)
        -> AsyncThrowingStream<AnsweringEvent, any Error>
    {
        let (stream, continuation) = AsyncThrowingStream<AnsweringEvent, any Error>.makeStream()
        let ending = Ending()
        // First of all: the client may have left before the answer has begun, and a model may be done
        // at once.
        continuation.onTermination = { _ in ending.come() }
        let interrupt: @Sendable (Interruption) -> Void = { continuation.finish(throwing: $0) }
        let id = state.withLock { state in
            state.nextID += 1
            state.interrupts[state.nextID] = interrupt
            return state.nextID
        }
        ending.then { self.state.withLock { $0.interrupts[id] = nil } }
        let listener = presence.onLeave { interrupt(.clientLeft) }
        ending.then { presence.forget(listener) }
        let task = Task {
            do {
                try await self.answer(question, into: continuation)
                try Task.checkCancellation()
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        ending.then { task.cancel() }
        return stream
    }

    /// Ends all answers that are under way, each with what it has.
    func interruptAll() {
        let interrupts = state.withLock { $0.interrupts.values.map(\.self) }
        for interrupt in interrupts { interrupt(.serverStops) }
    }

    /// How many requests are being answered or wait for it.
    var count: Int { state.withLock { $0.interrupts.count } }

    private func answer(
        _ question: Question,
        into continuation: AsyncThrowingStream<AnsweringEvent, any Error>.Continuation
    ) async throws {
        for (number, engine) in question.model.engines.enumerated() {
            var hasBegun = false
            do {
                try await engine.queue.run(
                    client: question.client, weight: question.samples.count
                ) {
                    continuation.yield(.asked(engine: number))
                    let events = question.stream(from: try question.pushed(engine.model)) {
                        continuation.yield(.read($0))
                    }
                    for try await event in events {
                        hasBegun = true
                        continuation.yield(.sample(event))
                    }
                    // Cancelled, a stream ends as if it were complete.
                    try Task.checkCancellation()
                }
                return
            } catch {
                let isLast = number == question.model.engines.count - 1
                guard !isLast, !hasBegun, !(error is LanguageError), !(error is CancellationError)
                else { throw error }
                metrics.count("keel_fallbacks_total", ["model": question.model.id])
                logger.warning("\(question.model.id): engine \(number) failed, the next is asked")
            }
        }
    }
}

/// The end of an answer, which comes once, and what is to be done then.
private final class Ending: Sendable {
    private let state = Mutex<(isOver: Bool, rest: [@Sendable () -> Void])>((false, []))

    /// Does something at the end, at once if that has come.
    func then(_ body: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state in
            if !state.isOver { state.rest.append(body) }
            return state.isOver
        }
        if isOver { body() }
    }

    func come() {
        let rest = state.withLock { state in
            state.isOver = true
            defer { state.rest = [] }
            return state.rest
        }
        for body in rest { body() }
    }
}
