import Foundation
import KeelLanguage
import KeelServer
import NIOHTTP1
import Testing

/// A model that says how it is pushed, and is read at each word.
struct LeaningModel: SteerableChatModel {
    struct Failure: Error {}

    var strengths: [String: Double] = [:]
    var fails = false
    let name = "leaning-engine"
    let directions = [
        CharacterDirection(name: "kindness", without: 1, with: 3), CharacterDirection(name: "wit"),
    ]

    func steered(by strengths: [String: Double]) throws(LanguageError) -> any ChatModel {
        Self(strengths: strengths, fails: fails)
    }

    private var words: [String] {
        ["pushed", " by"] + strengths.sorted { $0.key < $1.key }.map { " \($0.key) \($0.value)" }
    }

    func complete(_ prompt: Prompt, samples: Range<Int>, options: SamplingOptions) async throws
        -> [Completion]
    {
        samples.map { _ in
            Completion(
                text: words.joined(), tokens: [], finish: .stop,
                readings: words.enumerated().map {
                    TokenReading(text: $0.element, values: [Double($0.offset), -0.5])
                })
        }
    }

    func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        AsyncThrowingStream { continuation in
            guard !fails else { return continuation.finish(throwing: Failure()) }
            Task {
                let answers = try await complete(prompt, samples: samples, options: options)
                for (sample, answer) in zip(samples, answers) {
                    continuation.yield(.piece(sample: sample, text: answer.text, tokens: []))
                    continuation.yield(.finished(sample: sample, answer))
                }
                continuation.finish()
            }
        }
    }

    func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] { [] }
}

/// Directions of a model, over the API.
@Suite struct SteeringTests {
    private let models: [ServedModel] = [.one(LeaningModel(), id: "leaning"), .echo()]

    private func withPeople(
        _ models: [ServedModel], _ body: (TestServer) async throws -> Void
    ) async throws {
        try await withServer(
            models,
            configure: {
                try? $0.access.add("user-token", name: "ann", role: .user)
                try? $0.access.add("admin-token", name: "ben", role: .admin)
            }, body)
    }

    private let user = [("authorization", "Bearer user-token")]
    private let admin = [("authorization", "Bearer admin-token")]

    private func text(_ answer: TestServer.Answer) -> String? {
        let choices = answer.json["choices"] as? [[String: Any]]
        return (choices?.first?["message"] as? [String: Any])?["content"] as? String
    }

    @Test func `an answer is read along each direction, on the scale of its trait`() async throws {
        try await withPeople(models) { server in
            let answer = try await server.chat(to: "leaning", headers: user)
            let keel = try #require(answer.json["keel"] as? [String: Any])
            #expect(keel["steer"] == nil)
            let note = try #require((keel["notes"] as? [[String: Any]])?.first)
            #expect(note["pieces"] as? [String] == ["pushed", " by"])
            let meters = try #require(note["meters"] as? [[String: Any]])
            #expect(meters.map { $0["name"] as? String } == ["kindness", "wit"])
            // From 1 (without) to 3 (with): 0 lies half a scale below, 1 at its beginning.
            #expect(meters.first?["tokens"] as? [Double] == [-0.5, 0])
            #expect(meters.first?["value"] as? Double == -0.25)
            #expect(meters.last?["value"] as? Double == -0.5)
            #expect(meters.last?["low"] as? Double == -1)
            let plain = try await server.chat(to: "echo", headers: user)
            #expect((plain.json["keel"] as? [String: Any])?["notes"] == nil)
        }
    }

    @Test func `an admin pushes an answer, streamed or not, and the answer says so`() async throws {
        try await withPeople(models) { server in
            let steer = #""keel": {"steer": {"kindness": 0.5, "wit": -1}}"#
            let answer = try await server.chat(steer, to: "leaning", headers: admin)
            #expect(text(answer) == "pushed by kindness 0.5 wit -1.0")
            let keel = answer.json["keel"] as? [String: Any]
            #expect(keel?["steer"] as? [String: Double] == ["kindness": 0.5, "wit": -1])
            let stream = try await server.chat(
                steer + #", "stream": true"#, to: "leaning", headers: admin)
            #expect(stream.text.contains("pushed by kindness 0.5 wit -1.0"))
            #expect(
                stream.eventObjects.contains { ($0["keel"] as? [String: Any])?["notes"] != nil })
        }
    }

    @Test(arguments: [
        (#"{"steer": {"rudeness": 1}}"#, "keel.steer.rudeness"),
        (#"{"steer": {"kindness": 11}}"#, "keel.steer.kindness"),
        (#"{"steer": {"kindness": 1e999}}"#, nil), (#"{"steer": {"kindness": "much"}}"#, nil),
        (#"{"steer": 1}"#, "keel.steer"), (#"{"steal": {}}"#, "keel.steal"), ("[]", "keel"),
    ])
    func `what makes no sense is refused by its name`(field: String, param: String?) async throws {
        try await withPeople(models) { server in
            let answer = try await server.chat(#""keel": "# + field, to: "leaning", headers: admin)
            #expect(answer.status == 400)
            if let param { #expect(answer.error["param"] as? String == param) }
        }
    }

    @Test func `users may not steer, and a stand-in that cannot be steered is not asked`()
        async throws
    {
        var model = ServedModel.one(LeaningModel(fails: true), id: "leaning")
        model.engines += ServedModel.echo().engines
        try await withPeople([model, .echo()]) { server in
            let steer = #""keel": {"steer": {"kindness": 0.5}}"#
            #expect(try await server.chat(steer, to: "leaning", headers: user).status == 403)
            #expect(try await server.chat(to: "leaning", headers: user).status == 200)
            let standIn = try await server.chat(steer, to: "leaning", headers: admin)
            #expect(standIn.status == 400)
            #expect((standIn.error["message"] as? String)?.contains("cannot be steered") == true)
            let none = try await server.chat(steer, to: "echo", headers: admin)
            #expect(none.status == 400)
            #expect((none.error["message"] as? String)?.contains("none") == true)
            for (headers, directions) in [(user, []), (admin, ["kindness", "wit"])] {
                let session = try await server.send(.GET, "/keel/session", headers: headers).json
                let first = (session["models"] as? [[String: Any]])?.first
                #expect(first?["directions"] as? [String] == directions)
            }
        }
    }
}
