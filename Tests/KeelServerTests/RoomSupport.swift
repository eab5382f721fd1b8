import Foundation
import KeelGuardian
import KeelLanguage
import KeelServer
import KeelStore
import NIOHTTP1
import Synchronization
import Testing

/// What lies outside of a server: the helpers' address, and the time.
final class Outside: Sendable {
    struct NotTaken: Error {}

    private struct State {
        var time = 1000.0
        var refusals = 0
        var attempts: [String] = []
        var notices: [SignedNotice] = []
        var waiting: [CheckedContinuation<SignedNotice, Never>] = []
    }

    static let secret = "a secret of helpers"
    private let state = Mutex(State())

    var attempts: [String] { state.withLock { $0.attempts } }
    var notices: [SignedNotice] { state.withLock { $0.notices } }

    func refuse(_ count: Int) { state.withLock { $0.refusals = count } }
    func wait(_ seconds: Double) { state.withLock { $0.time += seconds } }

    /// The first notice that was taken, once there is one.
    func notice() async -> SignedNotice {
        await withCheckedContinuation { continuation in
            let first = state.withLock { state in
                if state.notices.isEmpty { state.waiting.append(continuation) }
                return state.notices.first
            }
            if let first { continuation.resume(returning: first) }
        }
    }

    private func take(_ notice: SignedNotice) throws {
        let waiting = try state.withLock { state in
            state.attempts.append(notice.key)
            if state.refusals > 0 {
                state.refusals -= 1
                throw NotTaken()
            }
            state.notices.append(notice)
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in waiting { one.resume(returning: notice) }
    }

    func setup(pause: Duration = .milliseconds(10)) throws -> RoomSetup {
        var setup = try RoomSetup(secret: Self.secret, address: "https://keel.example.org/") {
            try self.take($0)
        }
        setup.now = { self.state.withLock { $0.time } }
        setup.pause = pause
        return setup
    }
}

/// What tests of a room do over HTTP.
protocol RoomTesting {}

extension RoomTesting {
    static var danger: String { "I want to die" }

    func serve<Result>(
        _ path: String, _ outside: Outside, pause: Duration = .milliseconds(10),
        tokens: Bool = false, _ body: (Talker) async throws -> Result
    ) async throws -> Result {
        let guardian = try CompanionGuardian.shipped()
        let room = try outside.setup(pause: pause)
        var failure: (any Error)?
        // Says what was said before, so that it shows what a model is told of it.
        let model = ScriptedChatModel(name: "remembering") { prompt, _, _ in
            guard case .messages(let messages) = prompt,
                let last = messages.last(where: { $0.role == .assistant })
            else { return "I hear you." }
            return String(last.content.suffix(78))
        }
        return try await withServer(
            [.one(model)],
            configure: {
                do {
                    try $0.guarded(by: guardian, store: path)
                    $0.room = room
                    if tokens {
                        try $0.access.add("token-of-ann", name: "ann", role: .user)
                        try $0.access.add("token-of-bob", name: "bob", role: .user)
                        try $0.access.add("token-of-eve", name: "eve", role: .helper)
                    }
                } catch { failure = error }
            }
        ) { server in
            #expect(failure == nil)
            return try await body(Talker(server: server))
        }
    }

    func room(_ id: String, _ talker: Talker) async throws -> [String: Any] {
        let answer = try await talker.send(.GET, "/keel/conversations/\(id)/room")
        try #require(answer.status == 200, "\(answer.text)")
        return answer.json
    }

    func act(
        _ act: String, _ id: String, _ talker: Talker, summary: String? = nil
    ) async throws -> TestServer.Answer {
        var body = ["act": act]
        body["summary"] = summary
        return try await talker.send(.POST, "/keel/conversations/\(id)/room", body)
    }

    func news(_ room: [String: Any]) -> [String] {
        (room["news"] as? [[String: Any]] ?? []).compactMap { $0["news"] as? String }
    }

    /// The conversation and the secret of a link.
    func opened(_ notice: SignedNotice) throws -> (
        link: String, secret: String, body: [String: Any]
    ) {
        let body = try #require(
            try JSONSerialization.jsonObject(with: notice.body) as? [String: Any])
        let link = try #require(body["link"] as? String)
        let secret = try #require(link.split(separator: ".").last)
        return (link, String(secret), body)
    }
}
