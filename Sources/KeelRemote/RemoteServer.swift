internal import Foundation
internal import KeelLanguage
internal import Synchronization

/// A server that is asked with patience: so many requests at a time, and again after a while.
final class RemoteServer: Sendable {
    let address: RemoteAddress
    private let transport: HTTPTransport
    private let policy: RetryPolicy
    private let limiter: RequestLimiter
    private let sleep: @Sendable (Duration) async throws -> Void
    private let state = Mutex(State())

    private struct State {
        var hasAnswered = false
        /// When the server wants to be asked again, whoever asks.
        var notBefore: ContinuousClock.Instant?
    }

    init(
        _ address: RemoteAddress, key: APIKey?, limits: RemoteLimits,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.address = address
        self.sleep = sleep
        policy = RetryPolicy(retries: limits.retries)
        limiter = RequestLimiter(limits.concurrency)
        var headers = [(name: "accept", value: "application/json, text/event-stream")]
        switch address.api {
        case .openAI:
            if let key { headers.append(("authorization", "Bearer \(key.value)")) }
        case .anthropic:
            headers.append(("anthropic-version", AnthropicWire.version))
            if let key { headers.append(("x-api-key", key.value)) }
        }
        transport = HTTPTransport(
            address: address.description, headers: headers, key: key, limits: limits)
    }

    /// Posts JSON, or gets what is there, and reads the answer.
    ///
    /// `path` is added to the base of the address, or to its root; `read` may find the answer broken.
    /// - Throws: `RemoteError`, `CancellationError`.
    func call<Value: Sendable>(
        _ path: String, atRoot: Bool = false, body: Data?,
        read: @Sendable (Data) throws(WireError) -> Value
    ) async throws -> Value {
        let url = (atRoot ? address.root : address.base) + path
        return try await attempts {
            let body = try await transport.send(url, body: body)
            do throws(WireError) {
                return try read(body)
            } catch {
                throw RemoteError(address.description, error.reason)
            }
        }
    }

    /// Posts a request whose answer comes in pieces.
    ///
    /// It is sent again only as long as nothing of the answer has come.
    /// - Throws: `RemoteError`, `CancellationError`.
    func stream(
        _ request: WireRequest, into stream: any WireStream,
        onPiece: @escaping @Sendable (WirePiece) -> Void
    ) async throws -> WireAnswer {
        let hasBegun = Mutex(false)
        let url = address.base + request.path
        return try await attempts(while: { hasBegun.withLock { !$0 } }) {
            let end = try await transport.events(url, body: request.body, into: stream) {
                [name = address.description] stream, event in
                do throws(WireError) {
                    let piece = try stream.add(event)
                    if !piece.text.isEmpty || !piece.tokens.isEmpty {
                        hasBegun.withLock { $0 = true }
                        onPiece(piece)
                    }
                    return stream.isOver
                } catch {
                    throw RemoteError(name, error.reason)
                }
            }
            guard end.isWhole else {
                throw RemoteError(
                    address.description, .dropped("the stream ended before the answer did"))
            }
            return end.answer
        }
    }

    /// Tries until there is an answer, a lasting error, or no patience left.
    private func attempts<Value: Sendable>(
        while mayRetry: () -> Bool = { true }, _ attempt: () async throws -> Value
    ) async throws -> Value {
        var number = 0
        while true {
            do {
                let value = try await limiter.run {
                    if let wait = state.withLock({ $0.notBefore }).map({ $0 - .now }), wait > .zero
                    {
                        try await sleep(wait)
                    }
                    return try await attempt()
                }
                state.withLock { $0.hasAnswered = true }
                return value
            } catch {
                let refusal = error as? HTTPTransport.Refusal
                guard let failure = refusal?.error ?? error as? RemoteError else { throw error }
                // A server that never was there is not waited for.
                var isWorthwhile = failure.isPassing && mayRetry()
                if case .unreachable = failure.reason {
                    isWorthwhile = isWorthwhile && state.withLock { $0.hasAnswered }
                }
                let pause = policy.pause(
                    before: number, asked: refusal?.pause, random: .random(in: 0...1))
                guard isWorthwhile, let pause else { throw failure }
                if refusal?.pause != nil {
                    state.withLock { $0.notBefore = max($0.notBefore ?? .now, .now + pause) }
                }
                number += 1
                try await sleep(pause)
            }
        }
    }
}
