import Foundation
import KeelLanguage
import KeelRemote
import Synchronization
import Testing

/// Posts to an address, and what can go wrong with them.
struct WebhookTests {
    private static let body = Data(#"{"monitor":"drift"}"#.utf8)

    private static func webhook(_ address: String) throws -> Webhook {
        try Webhook(
            address, limits: RemoteLimits(concurrency: 1, timeout: .seconds(10), retries: 2),
            sleep: { _ in })
    }

    @Test func `an alarm is posted as JSON to the whole address`() async throws {
        let server = try await ScriptedServer.start { _, _ in [.json(200, "{}")] }
        try await Self.webhook(server.base + "/hook?token=s3cret").post(Self.body)
        let request = try #require(server.requests.first)
        #expect(server.requests.count == 1)
        #expect(request.method == "POST" && request.path.hasSuffix("/v1/hook?token=s3cret"))
        #expect(request.body == Self.body)
        #expect(request.headers["content-type"] == "application/json")
    }

    @Test func `a passing failure is followed by another try, a refusal is not`() async throws {
        let server = try await ScriptedServer.start { number, _ in
            [.json(number == 0 ? 503 : 200, "{}")]
        }
        try await Self.webhook(server.base).post(Self.body)
        #expect(server.requests.count == 2)
        let refusing = try await ScriptedServer.start { _, _ in [.json(401, "{}")] }
        let error = await #expect(throws: RemoteError.self) {
            try await Self.webhook(refusing.base + "/s3cret").post(Self.body)
        }
        #expect(refusing.requests.count == 1)
        #expect(error?.description.contains("s3cret") == false)
        #expect(error?.hint == nil)
    }

    @Test func `headers go with what is posted, and no redirect is followed`() async throws {
        let other = try await ScriptedServer.start { _, _ in [.json(200, "{}")] }
        let server = try await ScriptedServer.start { [base = other.base] _, _ in
            [.json(307, "{}", "location: \(base)/hook")]
        }
        await #expect(throws: RemoteError.self) {
            try await Self.webhook(server.base).post(
                Self.body, headers: [("keel-signature", "t=1,v1=00")])
        }
        #expect(server.requests.first?.headers["keel-signature"] == "t=1,v1=00")
        #expect(server.requests.count == 1)
        #expect(other.requests.isEmpty)
    }

    @Test func `tries end`() async throws {
        let server = try await ScriptedServer.start { _, _ in [.close] }
        await #expect(throws: RemoteError.self) {
            try await Self.webhook(server.base).post(Self.body)
        }
        #expect(server.requests.count <= 3)
    }

    @Test(arguments: [
        "", "host/path", "ftp://host/", "https://", "https://a:b@host/", "http://x:0/",
    ])
    func `what is no address is refused, and not repeated`(address: String) throws {
        let error = #expect(throws: LanguageError.self) { try Webhook(address) }
        #expect(address.isEmpty || error?.description.contains("a:b@") == false)
    }
}
