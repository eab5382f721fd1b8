import Foundation
import KeelServer
import NIOHTTP1
import Testing

/// Python scripts that are clients, run where what they need is installed.
enum Client {
    static let missing: Comment =
        "OpenAI's client is not here: make clients"
    static let missingBrowser: Comment =
        "Chromium or Playwright is not here: make clients"

    /// A Python that has the clients.
    static let python: String? = {
        let environment = ProcessInfo.processInfo.environment
        let cache =
            environment["KEEL_CACHE"]
            ?? (environment["XDG_CACHE_HOME"] ?? "\(NSHomeDirectory())/.cache") + "/keel"
        return [environment["KEEL_CLIENT_PYTHON"], "\(cache)/client-venv/bin/python"]
            .compactMap(\.self).first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    static let browser: String? = {
        let environment = ProcessInfo.processInfo.environment
        let found = (environment["PATH"] ?? "").split(separator: ":").flatMap { folder in
            ["chromium", "chromium-browser", "google-chrome"].map { "\(folder)/\($0)" }
        }
        return ([environment["KEEL_BROWSER"]].compactMap(\.self) + found)
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// Runs a script beside this file to its end.
    static func run(_ script: String, _ arguments: [String]) async throws -> (
        status: Int32, said: String
    ) {
        let process = Process()
        process.executableURL = URL(filePath: try #require(python))
        let path = URL(filePath: #filePath).appending(path: "../Clients/\(script)")
        process.arguments = [path.standardizedFileURL.path] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        // On a thread of its own: the server needs those of the tasks.
        let said: String = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let data = output.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
        }
        return (process.terminationStatus, said)
    }
}

/// Other people's clients, as they come.
@Suite struct ClientTests {
    @Test(.enabled(if: Client.python != nil, Client.missing))
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
