import AsyncHTTPClient
import Foundation
import KeelLanguage
import KeelServer
import KeelStore
import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

/// A server on a free port of this machine, over real connections.
final class TestServer: Sendable {
    struct Answer: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var text: String

        /// The fields of a JSON object; empty where the body is none.
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
        }
        var error: [String: Any] { json["error"] as? [String: Any] ?? [:] }

        /// The data of server-sent events.
        var events: [String] {
            text.components(separatedBy: "\n\n").filter { $0.hasPrefix("data: ") }
                .map { String($0.dropFirst(6)) }
        }

        var eventObjects: [[String: Any]] {
            events.compactMap {
                (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
            }
        }
    }

    let server: Server
    let port: Int
    private let run: Task<Void, any Error>

    /// - Parameters:
    ///   - models: What is served; a model that repeats the last message by default.
    ///   - log: Where faults go.
    ///   - configure: Changes what the server is started with.
    /// - Throws: `ServerError`.
    init(
        _ models: [ServedModel] = [.echo()], log: any LogHandler = SwiftLogNoOpLogHandler(),
        configure: (inout ServerConfiguration) -> Void = { _ in }
    ) async throws {
        var configuration = ServerConfiguration(models: models)
        configuration.port = 0
        configure(&configuration)
        let server = try Server(
            configuration, logger: Logger(label: "test") { _ in log })
        self.server = server
        let (addresses, continuation) = AsyncStream.makeStream(of: String.self)
        run = Task {
            defer { continuation.finish() }
            try await server.run { continuation.yield($0) }
        }
        var port: Int?
        for await address in addresses {
            port = URLComponents(string: address)?.port
            break
        }
        self.port = try #require(port, "the server did not start")
    }

    /// Stops the server and waits for its end.
    func stop() async throws {
        await server.stop()
        try await run.value
    }

    func send(
        _ method: HTTPMethod, _ path: String, _ body: String? = nil,
        headers: [(String, String)] = []
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = method
        if let body {
            request.body = .bytes(ByteBuffer(string: body))
            if !headers.contains(where: { $0.0.lowercased() == "content-type" }) {
                request.headers.add(name: "content-type", value: "application/json")
            }
        }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(300))
        let data = try await response.body.collect(upTo: 1 << 24)
        return Answer(
            status: Int(response.status.code), headers: response.headers,
            text: String(buffer: data))
    }

    func chat(_ fields: String = "", to model: String = "echo", headers: [(String, String)] = [])
        async throws -> Answer
    {
        let comma = fields.isEmpty ? "" : ", "
        return try await send(
            .POST, "/v1/chat/completions",
            """
            {"model": "\(model)", "messages": [{"role": "user", "content": "Hello, 世界!"}]\(comma)\(fields)}
            """, headers: headers)
    }
}

/// Runs a test with a server, and stops it however the test ends.
func withServer<Result>(
    _ models: [ServedModel] = [.echo()], log: any LogHandler = SwiftLogNoOpLogHandler(),
    configure: (inout ServerConfiguration) -> Void = { _ in },
    _ body: (TestServer) async throws -> Result
) async throws -> Result {
    let server = try await TestServer(models, log: log, configure: configure)
    do {
        let result = try await body(server)
        try await server.stop()
        return result
    } catch {
        try await server.stop()
        throw error
    }
}

extension ServedModel {
    /// Repeats the last message.
    static func echo(_ id: String = "echo", system: String? = nil) -> ServedModel {
        ServedModel(id: id, system: system, engines: [Engine(ScriptedChatModel.echo)])
    }

    static func one(
        _ model: any ChatModel, id: String = "echo", limits: QueueLimits = QueueLimits()
    ) -> ServedModel {
        ServedModel(id: id, engines: [Engine(model, limits: limits)])
    }
}

extension ScriptedChatModel {
    static let echo = ScriptedChatModel(name: "echo-engine") { prompt, sample, _ in
        switch prompt {
        case .text(let text): text
        case .messages(let messages):
            messages.map { "\($0.role.rawValue): \($0.content)" }.joined(separator: "\n")
                + (sample == 0 ? "" : " #\(sample)")
        }
    }
}

/// A model that writes one word after another until it is stopped.
final class EndlessModel: ChatModel {
    private struct State {
        var running = 0
        var pieces = 0
        var prompts: [Prompt] = []
        var changes:
            [(isMet: @Sendable (Int, Int) -> Bool, continuation: CheckedContinuation<Void, Never>)] =
                []
    }

    let name = "endless"
    private let state = Mutex(State())

    var running: Int { state.withLock { $0.running } }
    var prompts: [Prompt] { state.withLock { $0.prompts } }

    /// Returns once the number of running answers and of pieces are as wanted.
    func until(_ isMet: @escaping @Sendable (_ running: Int, _ pieces: Int) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if isMet(state.running, state.pieces) { return true }
                state.changes.append((isMet, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let ready = state.withLock { state in
            body(&state)
            let (running, pieces) = (state.running, state.pieces)
            let ready = state.changes.filter { $0.isMet(running, pieces) }
            state.changes.removeAll { $0.isMet(running, pieces) }
            return ready
        }
        for one in ready { one.continuation.resume() }
    }

    func complete(_ prompt: Prompt, samples: Range<Int>, options: SamplingOptions) async throws
        -> [Completion]
    { throw LanguageError.noAnswer(model: name) }

    func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] { [] }

    func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        AsyncThrowingStream { continuation in
            change { state in
                state.running += samples.count
                state.prompts.append(prompt)
            }
            let task = Task {
                while !Task.isCancelled {
                    for sample in samples {
                        continuation.yield(.piece(sample: sample, text: "word ", tokens: []))
                    }
                    self.change { $0.pieces += samples.count }
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            continuation.onTermination = { _ in
                task.cancel()
                self.change { $0.running -= samples.count }
            }
        }
    }
}
