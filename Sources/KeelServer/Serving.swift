internal import Foundation
internal import KeelLanguage
internal import KeelStore
internal import Logging
internal import Synchronization

/// What all routes share.
final class Serving: Sendable {
    let models: [ServedModel]
    let limits: ServerLimits
    let answering: Answering
    /// Answers under a guardian's eyes; nil where nobody guards.
    let guarded: GuardedAnswering?
    /// Where somebody can be invited into a conversation; nil where nobody can.
    let rooms: Rooms?
    let metrics: ServerMetrics
    let watchers: [any AnswerWatcher]
    let mayBeAtRisk: (@Sendable ([Message]) -> Bool)?
    let store: Store?
    /// Whether conversations outlive the server.
    let keeps: Bool
    let runs: RunShelf?
    let tickets = Tickets()
    let logger: Logger
    /// Whether visitors must bring tokens.
    let needsToken: Bool
    private let isStoppingFlag = Mutex(false)

    init(_ configuration: ServerConfiguration, logger: Logger) {
        models = configuration.models
        limits = configuration.limits
        watchers = configuration.watchers
        mayBeAtRisk = configuration.mayBeAtRisk
        store = configuration.store
        keeps = configuration.store != nil && !configuration.isStoreTemporary
        runs = configuration.runs.map(RunShelf.init)
        needsToken = !configuration.access.isOpen
        self.logger = logger
        let metrics = ServerMetrics()
        let answering = Answering(metrics: metrics, logger: logger)
        rooms = configuration.store.flatMap { store in
            configuration.room.map {
                Rooms($0, store: store, metrics: metrics, logger: logger)
            }
        }
        self.metrics = metrics
        self.answering = answering
        guarded = configuration.guardian.map {
            GuardedAnswering(
                $0, answering: answering, store: configuration.store, metrics: metrics,
                logger: logger)
        }
    }

    var isStopping: Bool { isStoppingFlag.withLock { $0 } }

    /// Takes nothing new; what is under way goes on.
    func stopTaking() {
        isStoppingFlag.withLock { $0 = true }
        for engine in Set(models.flatMap(\.engines).map(Reference.init)) {
            engine.engine.queue.close()
        }
    }

    /// The model of a name.
    /// - Throws: `APIError` with the names that there are.
    func model(_ id: String) throws(APIError) -> ServedModel {
        guard let model = models.first(where: { $0.id == id }) else {
            let known = models.map(\.id).joined(separator: ", ")
            throw .notFound(
                "There is no model \"\(id.prefix(200))\" here; there are \(known).",
                code: "model_not_found")
        }
        return model
    }

    /// Answers a question, piece by piece, under a guardian's eyes where there is one.
    func events(_ question: Question, in place: GuardPlace, for presence: ClientPresence)
        -> AsyncThrowingStream<AnsweringEvent, any Error>
    {
        guarded?.events(question, in: place, for: presence)
            ?? answering.events(question, for: presence)
    }

    /// Writes down what was shown under a guardian's eyes, of an answer that is kept by its id.
    func shown(_ transcript: AnswerTranscript, in place: GuardPlace, message: String? = nil) async {
        guard let guarded, let trace = transcript.trace else { return }
        await guarded.records.shown(trace, transcript.shown, in: place, message: message)
    }

    /// What the model itself was read to be, and what the watchers say of an answer; nil where there is
    /// nothing of either.
    func notes(_ exchange: Exchange) async -> [AnswerNote]? {
        let directions = models.first { $0.id == exchange.model }?.directions ?? []
        let own = AnswerNote(exchange.completion, along: directions)
        guard own != nil || !watchers.isEmpty else { return nil }
        var notes = [own].compactMap(\.self)
        for watcher in watchers { notes += await watcher.notes(on: exchange) }
        return notes
    }

    /// Engines that are the same object are one.
    struct Reference: Hashable {
        var engine: ServedModel.Engine

        static func == (left: Self, right: Self) -> Bool { left.engine === right.engine }
        func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(engine)) }
    }
}
