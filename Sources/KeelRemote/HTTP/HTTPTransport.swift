internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// One attempt at a request: bytes out, bytes in, and a typed error for all that can go wrong.
struct HTTPTransport: Sendable {
    /// What errors name.
    let address: String
    /// The key included, so never shown.
    let headers: [(name: String, value: String)]
    let key: APIKey?
    let limits: RemoteLimits

    /// An attempt that the server refused, and the pause it asked for.
    struct Refusal: Error {
        var error: RemoteError
        var pause: Duration?
    }

    /// One for the process.
    ///
    /// It follows no redirect, which might take the key to another host.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10)), decompression: .disabled)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
        // Whoever calls decides whether to try again.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Sends a request and returns the whole answer.
    ///
    /// The body is JSON to post; without one, the request is a get.
    /// - Throws: `Refusal`, `RemoteError`, `CancellationError`.
    func send(_ url: String, body: Data?) async throws -> Data {
        try await withTimeout {
            let response = try await open(url, body)
            var data = Data()
            try await read(response) { data += $0 }
            return data
        }
    }

    /// Sends a request and hands over the answer's events as they come.
    ///
    /// `receive` adds to the state and says whether the answer is complete; what follows is not
    /// read. The state is returned at the end, complete or not.
    /// - Throws: As `send`, and what `receive` throws.
    func events<State: Sendable>(
        _ url: String, body: Data, into state: State,
        receive: @escaping @Sendable (inout State, ServerSentEvents.Event) throws -> Bool
    ) async throws -> State {
        try await withTimeout {
            let response = try await open(url, body)
            var events = ServerSentEvents(limit: limits.answerBytes)
            var state = state
            do {
                try await read(response) { bytes in
                    for event in try events.append(bytes) {
                        if try receive(&state, event) { throw Complete() }
                    }
                }
            } catch is Complete {
            } catch is ServerSentEvents.TooLong {
                throw RemoteError(address, .tooLarge(limit: limits.answerBytes))
            }
            return state
        }
    }

    private struct Complete: Error {}

    /// Sends a request and returns once the status is known to be one of success.
    private func open(_ url: String, _ body: Data?) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url)
        request.method = body == nil ? .GET : .POST
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let response: HTTPClientResponse
        do {
            // The time-out around all of it is the one that counts.
            response = try await Self.client.execute(request, timeout: .hours(25))
        } catch {
            throw failure(error, isOpen: false)
        }
        let status = Int(response.status.code)
        guard (200...299).contains(status) else {
            var text = Data()
            // What can't be read of a refusal does not change that it is one.
            try? await read(response, limit: 1 << 16) { text += $0 }
            try Task.checkCancellation()
            let headers = response.headers
            throw Refusal(
                error: RemoteError(
                    address,
                    .refused(status: status, message: said(ServerMessage.text(of: text))),
                    hint: status == 401 ? keyHint : nil),
                pause: RetryPolicy.asked(
                    retryAfter: headers.first(name: "retry-after"),
                    milliseconds: headers.first(name: "retry-after-ms")))
        }
        return response
    }

    private func read(
        _ response: HTTPClientResponse, limit: Int? = nil,
        _ receive: (ByteBufferView) throws -> Void
    ) async throws {
        let limit = limit ?? limits.answerBytes
        var count = 0
        var iterator = response.body.makeAsyncIterator()
        while true {
            let next: ByteBuffer?
            do {
                next = try await iterator.next()
            } catch {
                throw failure(error, isOpen: true)
            }
            // Cancelled, a body ends as if it were complete.
            try Task.checkCancellation()
            guard let next else { return }
            count += next.readableBytes
            if count > limit { throw RemoteError(address, .tooLarge(limit: limit)) }
            try receive(next.readableBytesView)
        }
    }

    private func failure(_ error: any Error, isOpen: Bool) -> any Error {
        if error is CancellationError || Task.isCancelled { return CancellationError() }
        let code = (error as? IOError)?.errnoCode
        let text =
            code.map { String(cString: strerror($0)) } ?? said(String("\(error)".prefix(300)))
        let isClosed =
            error as? HTTPClientError == .remoteConnectionClosed || error is HTTPParserError
        if isOpen || isClosed || code.map([ECONNRESET, EPIPE, ECONNABORTED].contains) == true {
            return RemoteError(address, .dropped(text))
        }
        return RemoteError(address, .unreachable(text))
    }

    /// A server may repeat the key that it refuses.
    private func said(_ text: String) -> String { key?.redact(text) ?? text }

    private var keyHint: String {
        key.map { "The key came from the environment variable \($0.source)." }
            ?? "No key was sent; set \(APIKey.variable) in the environment."
    }

    private func withTimeout<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: limits.timeout)
                throw RemoteError(address, .timedOut(limits.timeout))
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }
}
