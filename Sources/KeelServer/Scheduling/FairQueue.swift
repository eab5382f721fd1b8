internal import Synchronization

/// Lets requests pass so that no client waits for the crowd of another.
///
/// A request has a weight, the number of answers it wants. Whenever there is room, the next request is
/// that of the client with the least weight under way; among equals, of the one that was served
/// longest ago. A request that does not fit yet holds the others back, so that large ones are not
/// starved by small ones.
package final class FairQueue: Sendable {
    /// Why a request may not wait.
    package enum Refusal: Error, Hashable {
        /// This client has too many requests waiting.
        case clientIsGreedy(retryAfter: Int)
        case isFull(retryAfter: Int)
        case isClosed
    }

    package struct Load: Hashable, Sendable {
        package var running: Int
        package var waiting: Int
    }

    private struct Waiting {
        var id: Int
        var weight: Int
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct Client {
        var running = 0
        var lastServed = 0
        var waiting: [Waiting] = []

        /// The least comes next: with the least under way, served longest ago, come first.
        var turn: (Int, Int, Int) { (running, lastServed, waiting.first?.id ?? .max) }
    }

    private struct State {
        var clients: [String: Client] = [:]
        var running = 0
        var waiting = 0
        var waitingWeight = 0
        var served = 0
        var nextID = 0
        var isClosed = false
        /// Seconds for which a request runs, averaged over the last ones.
        var meanSeconds = 1.0
    }

    private let runningLimit: Int
    private let waitingLimit: Int
    private let clientLimit: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - runningLimit: The most weight under way.
    ///   - waitingLimit: The most requests that wait.
    ///   - clientLimit: The most requests of one client that wait.
    package init(runningLimit: Int, waitingLimit: Int, clientLimit: Int) {
        self.runningLimit = runningLimit
        self.waitingLimit = waitingLimit
        self.clientLimit = clientLimit
    }

    package var load: Load {
        state.withLock { Load(running: $0.running, waiting: $0.waiting) }
    }

    /// Runs `body` when it is the client's turn.
    /// - Throws: `Refusal`; `CancellationError` at once where the task is cancelled as it waits; what
    ///   `body` throws.
    package func run<Result: Sendable>(
        client: String, weight: Int, _ body: () async throws -> Result
    ) async throws -> Result {
        let weight = min(weight, runningLimit)
        try await enter(client, weight)
        let start = ContinuousClock.now
        defer { leave(client, weight, after: ContinuousClock.now - start) }
        return try await body()
    }

    /// Refuses all that wait and all that come.
    package func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            state.waiting = 0
            state.waitingWeight = 0
            let waiting = state.clients.values.flatMap(\.waiting)
            for name in state.clients.keys { state.clients[name]?.waiting = [] }
            return waiting
        }
        for one in waiting { one.continuation.resume(throwing: Refusal.isClosed) }
    }

    private func enter(_ client: String, _ weight: Int) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (refusal, next) = state.withLock { state -> ((any Error)?, [Waiting]) in
                    // A cancellation that comes later finds the request among the waiting.
                    if Task.isCancelled { return (CancellationError(), []) }
                    if state.isClosed { return (Refusal.isClosed, []) }
                    let new = Waiting(id: id, weight: weight, continuation: continuation)
                    let retryAfter = seconds(state)
                    // A request that can begin at once does not wait, however short the queue.
                    let begins = state.waiting == 0 && state.running + weight <= runningLimit
                    if !begins, state.waiting >= waitingLimit {
                        return (Refusal.isFull(retryAfter: retryAfter), [])
                    }
                    if !begins, state.clients[client]?.waiting.count ?? 0 >= clientLimit {
                        return (Refusal.clientIsGreedy(retryAfter: retryAfter), [])
                    }
                    state.clients[client, default: Client()].waiting.append(new)
                    state.waiting += 1
                    state.waitingWeight += weight
                    return (nil, admit(&state))
                }
                if let refusal { continuation.resume(throwing: refusal) }
                for one in next { one.continuation.resume() }
            }
        } onCancel: {
            let (cancelled, next) = state.withLock { state -> (Waiting?, [Waiting]) in
                guard
                    let place = state.clients[client]?.waiting.firstIndex(where: { $0.id == id }),
                    let one = state.clients[client]?.waiting.remove(at: place)
                else { return (nil, []) }
                state.waiting -= 1
                state.waitingWeight -= one.weight
                forgetIfIdle(client, &state)
                // It may have been what held the others back.
                return (one, admit(&state))
            }
            cancelled?.continuation.resume(throwing: CancellationError())
            for one in next { one.continuation.resume() }
        }
    }

    private func leave(_ client: String, _ weight: Int, after time: Duration) {
        let next = state.withLock { state in
            state.running -= weight
            state.clients[client]?.running -= weight
            state.meanSeconds = 0.9 * state.meanSeconds + 0.1 * (time / .seconds(1))
            forgetIfIdle(client, &state)
            return admit(&state)
        }
        for one in next { one.continuation.resume() }
    }

    /// Takes those whose turn it is out of the queue.
    private func admit(_ state: inout State) -> [Waiting] {
        var admitted: [Waiting] = []
        while true {
            let next = state.clients.filter { !$0.value.waiting.isEmpty }.min {
                $0.value.turn < $1.value.turn
            }
            guard let (name, client) = next, let one = client.waiting.first,
                state.running + one.weight <= runningLimit
            else { return admitted }
            state.served += 1
            state.clients[name]?.waiting.removeFirst()
            state.clients[name]?.running += one.weight
            state.clients[name]?.lastServed = state.served
            state.running += one.weight
            state.waiting -= 1
            state.waitingWeight -= one.weight
            admitted.append(one)
        }
    }

    /// Clients come and go; those with nothing here are not remembered.
    private func forgetIfIdle(_ name: String, _ state: inout State) {
        if let client = state.clients[name], client.running == 0, client.waiting.isEmpty {
            state.clients[name] = nil
        }
    }

    /// When a new request may find room, in whole seconds.
    private func seconds(_ state: State) -> Int {
        let ahead = Double(state.running + state.waitingWeight) / Double(max(1, runningLimit))
        return Int(min(max(state.meanSeconds * ahead, 1), 120).rounded(.up))
    }
}
