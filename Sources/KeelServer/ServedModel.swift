public import Foundation
public import KeelLanguage

/// A model under the name by which clients ask for it: what answers, and the character it is given.
///
/// Several names may share a model and differ in their system prompts.
public struct ServedModel: Sendable {
    /// What answers, and how much of it there is.
    public final class Engine: Sendable {
        /// What answers; names that share an engine share its queue.
        public let model: any ChatModel
        let queue: FairQueue

        /// - Parameters:
        ///   - model: What answers.
        ///   - limits: How many requests run and wait.
        public init(_ model: any ChatModel, limits: QueueLimits = QueueLimits()) {
            self.model = model
            queue = FairQueue(
                runningLimit: limits.running, waitingLimit: limits.waiting,
                clientLimit: limits.waitingPerClient)
        }
    }

    /// The name that clients give.
    public var id: String
    /// What the name stands for, in a sentence for people.
    public var about: String
    /// A system prompt that comes before what a client sends.
    public var system: String?
    /// What is asked, in this order: the next one where one cannot answer.
    public var engines: [Engine]
    /// What `/v1/models` says of when the model was made; by default, now.
    public var created: Date

    public init(
        id: String, about: String = "", system: String? = nil, engines: [Engine],
        created: Date = Date()
    ) {
        self.id = id
        self.about = about
        self.system = system
        self.engines = engines
        self.created = created
    }

    /// What its answers are read along, and may be pushed along.
    var directions: [CharacterDirection] {
        (engines.first?.model as? any SteerableChatModel)?.directions ?? []
    }

    /// The messages with this model's system prompt before what they have of their own.
    func prompt(_ messages: [Message]) -> [Message] {
        let own = messages.filter { $0.role == .system }.map(\.content)
        let system = ([system].compactMap(\.self) + own).joined(separator: "\n\n")
        let rest = messages.filter { $0.role != .system }
        return system.isEmpty ? rest : [.system(system)] + rest
    }
}

/// How many requests a model takes at a time.
public struct QueueLimits: Hashable, Sendable {
    /// The most answers that are written at once.
    public var running: Int
    /// The most requests that wait; one more is refused with 503.
    public var waiting: Int
    /// The most requests of one client that wait; one more is refused with 429.
    public var waitingPerClient: Int

    public init(running: Int = 64, waiting: Int = 256, waitingPerClient: Int = 128) {
        self.running = running
        self.waiting = waiting
        self.waitingPerClient = waitingPerClient
    }
}
