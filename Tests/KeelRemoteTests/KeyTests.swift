import KeelLanguage
import KeelRemote
import Testing

/// A key goes into a request's header and nowhere else.
struct KeyTests {
    private static let secret = "sk-secret-1234567890"

    @Test func `the key is sent, and stands in no fact and no name`() async throws {
        let remote = try await Remote.connect(key: Self.secret) { _, _ in [.chat("Fine.")] }
        _ = try await remote.complete()
        #expect(remote.requests[0].headers["authorization"] == "Bearer \(Self.secret)")
        #expect(!"\(remote.model.facts) \(remote.model.name)".contains("secret"))
        #expect(!String(decoding: remote.requests[0].body, as: UTF8.self).contains("secret"))
    }

    @Test func `without a key none is sent`() async throws {
        let remote = try await Remote.connect { _, _ in [.chat("Fine.")] }
        _ = try await remote.complete()
        #expect(remote.requests[0].headers["authorization"] == nil)
    }

    @Test func `a server that repeats the key does not make an error show it`() async throws {
        let remote = try await Remote.connect(key: Self.secret) { _, _ in
            [.json(401, #"{"error": {"message": "Incorrect API key: \#(Self.secret)"}}"#)]
        }
        let error = try #require(
            await #expect(throws: RemoteError.self) { try await remote.complete() })
        var dumped = ""
        dump(error, to: &dumped)
        #expect(!"\(error)\(dumped)".contains("secret"))
        #expect("\(error)".contains("KEEL_API_KEY") && error.isLasting)
    }

    @Test func `a key that no header can hold is refused unseen`() async throws {
        let server = try await ScriptedServer.start { _, _ in [.json(404, "{}")] }
        let error = try #require(
            await #expect(throws: RemoteError.self) {
                try await RemoteChatModel.connect(
                    to: RemoteAddress(server.base + "#m"), limits: RemoteLimits(),
                    environment: ["KEEL_API_KEY": "sk-secret\u{0}\r\nx: y"]
                ) { _ in }
            })
        #expect("\(error)".contains("KEEL_API_KEY") && !"\(error)".contains("secret"))
        #expect(server.requests.isEmpty)
    }

    @Test(
        arguments: [
            ("http://127.0.0.1:1/v1#m", ["OPENAI_API_KEY": "b"], "b"),
            ("https://example.com/v1#m", ["OPENAI_API_KEY": "b"], "b"),
            // A provider's own key is not sent in the clear to another machine.
            ("http://example.com/v1#m", ["OPENAI_API_KEY": "b"], nil),
            ("http://example.com/v1#m", ["KEEL_API_KEY": "a", "OPENAI_API_KEY": "b"], "a"),
            ("https://example.com/v1#m", ["KEEL_API_KEY": " a\n", "OPENAI_API_KEY": "b"], "a"),
            ("https://example.com/v1#m", ["KEEL_API_KEY": "", "OPENAI_API_KEY": "b"], "b"),
            ("https://example.com/v1#m", ["ANTHROPIC_API_KEY": "c"], nil),
            ("https://api.anthropic.com/v1#m", ["OPENAI_API_KEY": "b"], nil),
            ("anthropic:https://example.com/v1#m", ["ANTHROPIC_API_KEY": "c"], "c"),
        ] as [(String, [String: String], String?)])
    func `keys are found by address`(address: String, environment: [String: String], key: String?)
        throws
    {
        let found = try APIKey(for: RemoteAddress(address), in: environment)
        #expect(found?.value == key)
        #expect(found.map { "\($0)" } ?? "[key]" == "[key]")
    }
}
