import Foundation
import KeelLanguage
import KeelRemote
import Synchronization
import Testing

/// The parts that need no server.
struct PartsTests {
    // MARK: Server-sent events

    private static let stream = Array(
        "\u{FEFF}event: a\ndata: one\ndata:two\n\n: comment\r\n\r\ndata: drei €\r\rdata\n\nid: 7\n\nevent: b\ndata:  x\n\ndata: cut"
            .utf8)

    @Test(arguments: [1, 2, 3, 5, 7, 1000])
    func `events do not depend on how their bytes are cut`(size: Int) throws {
        var events = ServerSentEvents(limit: 100)
        var found: [ServerSentEvents.Event] = []
        for start in stride(from: 0, to: Self.stream.count, by: size) {
            found += try events.append(Self.stream[start..<min(start + size, Self.stream.count)])
        }
        #expect(found.map(\.name) == ["a", "", "", "b"])
        #expect(
            found.map { String(decoding: $0.data, as: UTF8.self) } == [
                "one\ntwo", "drei €", "", " x",
            ])
    }

    @Test func `an event over the limit is refused, many below it are not`() throws {
        var events = ServerSentEvents(limit: 20)
        for _ in 0..<100 { #expect(try events.append("data: 123456789\n\n".utf8).count == 1) }
        #expect(throws: ServerSentEvents.TooLong.self) {
            for _ in 0..<3 { _ = try events.append("data: 123456789\n".utf8) }
        }
    }

    // MARK: Retries

    @Test func `pauses double up to a limit, and chance takes at most half`() {
        let policy = RetryPolicy(retries: 10)
        let full: [Double] = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
        for (number, seconds) in full.enumerated() {
            #expect(policy.pause(before: number, asked: nil, random: 1) == .seconds(seconds))
            #expect(policy.pause(before: number, asked: nil, random: 0) == .seconds(seconds / 2))
        }
        #expect(policy.pause(before: 10, asked: nil, random: 0) == nil)
    }

    @Test func `a pause that the server asks for is never shortened`() {
        let policy = RetryPolicy(retries: 3)
        #expect(policy.pause(before: 0, asked: .seconds(90), random: 0) == .seconds(90))
        #expect(policy.pause(before: 0, asked: .zero, random: 0) == .zero)
        #expect(policy.pause(before: 0, asked: .seconds(3600), random: 0) == nil)
        #expect(policy.pause(before: 3, asked: .zero, random: 0) == nil)
    }

    @Test(
        arguments: [
            ("5", nil, 5.0), ("0.25", nil, 0.25), ("Thu, 01 Jan 1970 00:01:40 GMT", nil, 40),
            ("Thu, 01 Jan 1970 00:00:01 GMT", nil, 0), ("9", "1500", 1.5), (nil, "20", 0.02),
            (nil, nil, nil), ("soon", nil, nil), ("-1", nil, nil), ("inf", nil, nil),
            ("nan", "x", nil),
        ] as [(String?, String?, Double?)])
    func `Retry-After is seconds or a date`(after: String?, milliseconds: String?, wait: Double?) {
        let asked = RetryPolicy.asked(
            retryAfter: after, milliseconds: milliseconds, now: Date(timeIntervalSince1970: 60))
        #expect(asked == wait.map { .seconds($0) })
    }

    // MARK: The limit on requests

    private final class Gauge: Sendable {
        struct State {
            var now = 0
            var most = 0
            var total = 0
        }

        private let state = Mutex(State())

        var reading: State { state.withLock { $0 } }

        func enter() {
            state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
                state.total += 1
            }
        }

        func leave() { state.withLock { $0.now -= 1 } }
    }

    @Test func `no more than the limit are inside, and all get in`() async throws {
        let limiter = RequestLimiter(3)
        let gauge = Gauge()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await limiter.run {
                        gauge.enter()
                        for _ in 0..<10 { await Task.yield() }
                        gauge.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        let state = gauge.reading
        #expect(state.most <= 3 && state.total == 50 && state.now == 0)
    }

    @Test func `who is cancelled as it waits leaves its place to others`() async throws {
        let limiter = RequestLimiter(1)
        let (entered, enter) = AsyncStream.makeStream(of: Void.self)
        let (opened, open) = AsyncStream.makeStream(of: Void.self)
        let holder = Task {
            try await limiter.run {
                enter.yield()
                for await _ in opened { break }
            }
        }
        for await _ in entered { break }
        let waiting = Task { try await limiter.run { Issue.record("ran") } }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        open.yield()
        try await holder.value
        #expect(try await limiter.run { 7 } == 7)
    }

    // MARK: What servers say

    @Test(arguments: [
        (#"{"error": {"message": "Bad", "type": "t", "code": "c"}}"#, "Bad (c)."),
        (#"{"error": {"message": "Bad!", "type": "invalid_request_error", "code": 400}}"#, "Bad!"),
        (
            #"{"type": "error", "error": {"type": "overloaded_error", "message": "Busy"}}"#,
            "Busy (overloaded_error)."
        ),
        (#"{"object": "error", "message": "Bad."}"#, "Bad."),
        (#"{"error": "model not found"}"#, "model not found."),
        (#"{"detail": "Not Found"}"#, "Not Found."),
        (
            #"{"detail": [{"loc": ["body", "seed"], "msg": "extra field"}]}"#,
            "body.seed: extra field."
        ),
        ("upstream\nfailed", "upstream failed."), ("", "no explanation."),
        ("<html><body>502</body></html>", "no explanation."),
        (String(repeating: "x", count: 900), String(repeating: "x", count: 500) + "…"),
    ])
    func `a failure is told in one line, whatever its shape`(body: String, text: String) {
        #expect(ServerMessage.text(of: Data(body.utf8)) == text)
    }
}
