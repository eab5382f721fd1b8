import Foundation
import KeelLanguage
import KeelRemote
import Testing

/// What can go wrong on the way, and what a model makes of it.
struct FaultTests {
    @Test func `a limit on the rate is waited for as long as the server asks`() async throws {
        let remote = try await Remote.connect { number, _ in
            number == 0
                ? [.json(429, #"{"error": {"message": "Slow down"}}"#, "Retry-After: 17")]
                : [.chat("Fine.")]
        }
        #expect(try await remote.complete().map(\.text) == ["Fine."])
        #expect(remote.requests.count == 2)
        let pauses = remote.pauses
        // Who asks next waits too, so the pause may be seen twice.
        let first = try #require(pauses.first)
        #expect(first >= .seconds(17) && first <= .seconds(18))
        #expect(pauses.allSatisfy { $0 <= .seconds(18) })
    }

    @Test(arguments: [500, 502, 503, 529, 408])
    func `a passing failure is followed by another try`(status: Int) async throws {
        let remote = try await Remote.connect { number, _ in
            number < 2 ? [.json(status, "oops")] : [.chat("Fine.")]
        }
        #expect(try await remote.complete().map(\.text) == ["Fine."])
        #expect(remote.requests.count == 3)
    }

    @Test func `tries end, with the status and what the server said`() async throws {
        let remote = try await Remote.connect(retries: 2) { _, _ in
            [.json(503, #"{"error": {"message": "Loading model", "code": 503}}"#)]
        }
        let error = await #expect(throws: RemoteError.self) { try await remote.complete() }
        #expect(remote.requests.count == 3)
        #expect(error?.reason == .refused(status: 503, message: "Loading model."))
        #expect(
            error?.isLasting == false && error?.description.contains(remote.server.base) == true)
    }

    @Test(arguments: [400, 401, 402, 403, 404, 413, 422, 501])
    func `a refusal for good is not tried again`(status: Int) async throws {
        let remote = try await Remote.connect { _, _ in
            [.json(status, #"{"object": "error", "message": "No such thing"}"#)]
        }
        let error = await #expect(throws: RemoteError.self) { try await remote.complete() }
        #expect(remote.requests.count == 1)
        #expect(error?.reason == .refused(status: status, message: "No such thing."))
        // What the server said may quote the prompt.
        #expect(error?.logged.hasSuffix(": status \(status)") == true)
        #expect(error?.logged.contains(remote.server.base) == true)
        #expect(error?.isLasting == [401, 402, 404].contains(status))
    }

    @Test func `no money left is not waited for, and ends a run`() async throws {
        let remote = try await Remote.connect { _, _ in
            [.json(429, #"{"error": {"message": "Pay.", "code": "insufficient_quota"}}"#)]
        }
        let error = await #expect(throws: RemoteError.self) { try await remote.complete() }
        #expect(remote.requests.count == 1 && error?.isLasting == true)
    }

    @Test func `an answer that breaks off is asked for again`() async throws {
        let remote = try await Remote.connect { number, _ in
            switch number {
            case 0: [.part(#"{"choices": ["#, of: 500), .close]
            case 1: [.close]
            default: [.chat("Fine.")]
            }
        }
        #expect(try await remote.complete().map(\.text) == ["Fine."])
        #expect(remote.requests.count == 3)
    }

    @Test func `an answer that always breaks off is an error`() async throws {
        let remote = try await Remote.connect(retries: 1) { _, _ in
            [.part(#"{"choices": ["#, of: 500), .close]
        }
        let error = await #expect(throws: RemoteError.self) { try await remote.complete() }
        #expect(error?.kind == "dropped")
        #expect(remote.requests.count == 2)
    }

    @Test func `an answer that trickles for ever ends at the time limit`() async throws {
        let remote = try await Remote.connect(timeout: .milliseconds(300)) { _, _ in
            [.part("{", of: 1 << 19), .trickle(UInt8(ascii: " "))]
        }
        let error = await #expect(throws: RemoteError.self) { try await remote.complete() }
        #expect(error?.reason == .timedOut(.milliseconds(300)))
        #expect(remote.requests.count == 1)
    }

    @Test func `an answer without end is not held in memory`() async throws {
        let remote = try await Remote.connect(bytes: 4096) { _, _ in
            [.part("{" + String(repeating: " ", count: 1 << 16), of: 1 << 30)]
        }
        let error = await #expect(throws: RemoteError.self) { try await remote.complete() }
        #expect(error?.reason == .tooLarge(limit: 4096))
    }

    @Test func `a page of web in place of an answer says so`() async throws {
        let remote = try await Remote.connect { _, _ in [.json(200, "<html>Welcome</html>")] }
        let error = await #expect(throws: RemoteError.self) { try await remote.complete() }
        #expect(error?.reason == .malformed("it is not JSON"))
    }

    @Test func `bytes that are no text are an error`() async throws {
        let remote = try await Remote.connect { _, _ in
            [
                .json(
                    200,
                    Data(#"{"choices": [{"finish_reason": "stop", "message": {"content": ""#.utf8)
                        + Data([0xFF, 0xC0]) + Data(#""}}]}"#.utf8))
            ]
        }
        let error = await #expect(throws: RemoteError.self) { try await remote.complete() }
        #expect(error?.kind == "malformed")
    }

    @Test(arguments: [
        (#"{"choices": []}"#, "choices is empty"),
        (#"{"id": "x"}"#, "choices is missing"),
        (
            #"{"choices": [{"finish_reason": "stop", "message": {"content": null}}]}"#,
            "choices[0] has no text"
        ),
        (#"{"choices": [{"finish_reason": "stop"}]}"#, "choices[0] has no text"),
        (
            #"{"choices": [{"message": {"content": "Half"}}]}"#,
            "it does not say why the answer ended"
        ),
        (
            #"{"choices": [{"finish_reason": "stop", "message": {"content": ["Hi"]}}]}"#,
            "choices[0].message.content is not of type String"
        ),
    ])
    func `an answer of another shape is never an empty answer`(body: String, defect: String)
        async throws
    {
        let remote = try await Remote.connect { _, _ in [.json(200, body)] }
        let error = await #expect(throws: RemoteError.self) { try await remote.complete() }
        #expect(error?.reason == .malformed(defect))
    }

    @Test(arguments: ["content_filter", "tool_calls", "abort", "error"])
    func `an answer that the server withheld is not taken for one`(ending: String) async throws {
        let remote = try await Remote.connect { _, _ in [.chat("Half", finish: "\"\(ending)\"")] }
        let error = await #expect(throws: RemoteError.self) { try await remote.complete() }
        #expect(error?.reason == .withheld(ending))
        #expect(error?.isLasting == false)
    }

    @Test func `an error in a good answer's clothes is one, and is tried again`() async throws {
        let remote = try await Remote.connect { number, _ in
            number == 0
                ? [.json(200, #"{"error": {"message": "Upstream is busy", "code": 502}}"#)]
                : [.chat("Fine.")]
        }
        #expect(try await remote.complete().map(\.text) == ["Fine."])
    }

    @Test func `cancelling ends a request at once, and those that wait`() async throws {
        let remote = try await Remote.connect(concurrency: 2) { _, _ in [] }
        let task = Task { try await remote.complete(0..<6) }
        await remote.server.received(4)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(remote.requests.count == 2)
    }

    @Test func `a server that never was there is not waited for`() async throws {
        let base = try await ScriptedServer.start { _, _ in [] }.base
        let error = await #expect(throws: RemoteError.self) {
            try await RemoteChatModel.connect(
                to: RemoteAddress(base + "#m"), limits: RemoteLimits(), environment: [:]
            ) { _ in Issue.record("waited") }
        }
        #expect(error?.kind == "unreachable")
        #expect(error?.isLasting == true)
    }
}

extension RemoteError {
    /// The reason without what only this machine says.
    var kind: String { String("\(reason)".prefix { $0 != "(" }) }
}
