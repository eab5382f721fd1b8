import Foundation
import KeelServer
import NIOHTTP1
import TestSupport
import Testing

/// Python scripts that are clients, run where what they need is installed.
enum Client {
    static let missing: Comment = "OpenAI's client is not here: make clients"
    static let missingBrowser: Comment = "Chromium or Playwright is not here: make clients"

    /// Runs a script of `Clients` to its end.
    static func run(_ script: String, _ arguments: [String]) async throws -> Tool.Outcome {
        let path = Installed.inRepository("Tests/KeelServerTests/Clients/\(script)")
        return try await #require(Installed.clients).run([path] + arguments)
    }
}

/// Other people's clients, as they come.
@Suite struct ClientTests {
    @Test(.enabled(if: Installed.clients != nil, Client.missing))
    func `OpenAI's client and Inspect find all that they know`() async throws {
        try await withServer(
            [.echo(), .one(EndlessModel(), id: "endless")],
            configure: { try? $0.access.add("client-token", name: "client", role: .user) }
        ) { server in
            let outcome = try await Client.run(
                "openai_client.py", ["http://127.0.0.1:\(server.port)/v1", "client-token"])
            #expect(outcome.status == 0, "\(outcome.said.suffix(3000))")
            #expect(outcome.said.contains("all is well"))
        }
    }
}
