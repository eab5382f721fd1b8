import KeelLanguage
import KeelServer
import Logging
import Synchronization
import Testing

/// What stands in the server's log.
@Suite struct LogTests {
    /// Keeps what was logged.
    private struct KeptLog: LogHandler {
        final class Lines: Sendable {
            private let all = Mutex<[String]>([])
            var text: String { all.withLock { $0.joined(separator: "\n") } }
            func add(_ line: String) { all.withLock { $0.append(line) } }
        }

        let lines = Lines()
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.add("\(event.message) \(event.metadata ?? [:])") }
    }

    private struct Refusal: ModelFailure, CustomStringConvertible {
        var isLasting: Bool { false }
        var logged: String { "status 400" }
        var description: String { "status 400: your prompt \"my secret\" is too rude" }
    }

    @Test(arguments: [false, true])
    func `a model that fails is logged without what it said`(isStream: Bool) async throws {
        let log = KeptLog()
        let model = ScriptedChatModel(name: "rude") { _, _, _ in throw Refusal() }
        try await withServer([.one(model)], log: log) { server in
            let answer = try await server.chat("\"stream\": \(isStream)")
            #expect(answer.status == 502 && !answer.text.contains("secret"))
            #expect(log.lines.text.contains("a model failed: status 400"))
            #expect(!log.lines.text.contains("secret") && !log.lines.text.contains("世界"))
        }
    }

    @Test(arguments: [false, true])
    func `an error that nobody foresaw is logged without its words`(isStream: Bool) async throws {
        struct Surprise: Error, CustomStringConvertible {
            var description: String { "your prompt was \"my secret\"" }
        }
        let log = KeptLog()
        let model = ScriptedChatModel(name: "odd") { _, _, _ in throw Surprise() }
        try await withServer([.one(model)], log: log) { server in
            let answer = try await server.chat("\"stream\": \(isStream)")
            #expect(answer.status == 500 && !answer.text.contains("secret"))
            #expect(log.lines.text.contains("Surprise") && !log.lines.text.contains("secret"))
        }
    }

    @Test func `a failure that does not say what may be logged is logged by its kind`() {
        struct Quiet: ModelFailure, CustomStringConvertible {
            var isLasting: Bool { false }
            var description: String { "my secret" }
        }
        let failure: any ModelFailure = Quiet()
        #expect(failure.logged == "Quiet")
    }
}
