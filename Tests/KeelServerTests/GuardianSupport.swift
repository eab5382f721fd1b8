import Foundation
import KeelGuardian
import KeelLanguage
import KeelServer
import KeelStore
import NIOHTTP1
import Synchronization
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

extension CompanionGuardian {
    static func shipped(country: String? = nil) throws -> CompanionGuardian {
        CompanionGuardian(
            CompanionGuide(
                companion: Companion(values: try .shipped(), reader: try .shipped()),
                words: try .shipped(), rules: try .shipped(), country: country))
    }
}

extension ServerConfiguration {
    /// A store in a new folder, and a guardian on a day on which the table's entries are young.
    mutating func guarded(by guardian: any Guarding, log: String? = nil, store path: String? = nil)
        throws
    {
        store = try Store(at: try path ?? Store.newPath())
        var guardianship = Guardianship(guardian, words: try .shipped())
        let day = try #require(CalendarDay("2026-11-25"))
        guardianship.today = { day }
        guardianship.log = try log.map { try DecisionLog(path: $0) }
        // Long: other tests may hold every thread for as long.
        guardianship.deadline = .seconds(60)
        self.guardian = guardianship
    }
}

extension Store {
    /// A file in a new folder.
    static func newPath() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "keel-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.appending(path: "store.sqlite").path
    }
}

/// A page that talks to a server.
struct Talker {
    let server: TestServer
    var model = "echo"
    var headers: [(String, String)] = []

    func send(_ method: HTTPMethod, _ path: String, _ body: [String: Any]? = nil) async throws
        -> TestServer.Answer
    {
        let text = try body.map {
            String(decoding: try JSONSerialization.data(withJSONObject: $0), as: UTF8.self)
        }
        return try await server.send(method, path, text, headers: headers)
    }

    /// The id of what was made.
    func made(_ path: String, _ body: [String: Any]) async throws -> String {
        let answer = try await send(.POST, path, body)
        try #require(answer.status == 201, "\(answer.text)")
        return try #require(answer.json["id"] as? String)
    }

    func conversation() async throws -> String {
        try await made("/keel/conversations", ["title": "A talk"])
    }

    /// An answer, as it was streamed and as it is kept.
    struct Told {
        var id: String
        var content: String
        var finish: String
        var streamed: String
        var events: [[String: Any]]
    }

    /// Says something, and takes the answer.
    func say(_ text: String, in conversation: String, after parent: String? = nil) async throws
        -> Told
    {
        var body: [String: Any] = ["content": text]
        body["parent"] = parent
        let question = try await made("/keel/conversations/\(conversation)/messages", body)
        return try await answer(to: question, in: conversation)
    }

    func answer(to question: String, in conversation: String) async throws -> Told {
        let answer = try await send(
            .POST, "/keel/conversations/\(conversation)/answers",
            ["parent": question, "model": model, "seed": 7])
        let events = answer.eventObjects
        let message = try #require(events.last?["message"] as? [String: Any], "\(answer.text)")
        return Told(
            id: try #require(message["id"] as? String),
            content: try #require(message["content"] as? String),
            finish: try #require(message["finish"] as? String),
            streamed: events.compactMap { $0["text"] as? String }.joined(), events: events)
    }

    /// The guardian's part in "why this answer".
    func why(_ message: String) async throws -> [String: Any] {
        let answer = try await send(.GET, "/keel/messages/\(message)/why")
        return try #require(answer.json["guardian"] as? [String: Any], "\(answer.text)")
    }
}

/// Something that does not come back until it is let go.
final class Hang: Sendable {
    private let reading: Int32
    private let writing: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        (reading, writing) = (ends[0], ends[1])
    }

    func wait() {
        var byte: UInt8 = 0
        _ = read(reading, &byte, 1)
    }

    func letGo() { close(writing) }
}

/// A model that writes a text in pieces of so many characters.
struct PieceModel: ChatModel {
    var text: String
    var size = 5
    let name = "pieces"

    func complete(_ prompt: Prompt, samples: Range<Int>, options: SamplingOptions) async throws
        -> [Completion]
    { samples.map { _ in Completion(text: text, tokens: [], finish: .stop) } }

    func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] { [] }

    func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        AsyncThrowingStream { continuation in
            for sample in samples {
                var rest = text[...]
                while !rest.isEmpty {
                    continuation.yield(
                        .piece(sample: sample, text: String(rest.prefix(size)), tokens: []))
                    rest = rest.dropFirst(size)
                }
                continuation.yield(
                    .finished(
                        sample: sample, Completion(text: text, tokens: [], finish: .stop)))
            }
            continuation.finish()
        }
    }
}
