import KeelGuardian
import KeelLanguage
import KeelServer
import KeelStore
import NIOHTTP1
import Synchronization
import Testing

/// A probe that is read off the model on the way to its answer.
@Suite struct GuardianProbeTests {
    /// How a model was asked, in order.
    private final class Asked: Sendable {
        private let all = Mutex<[SamplingOptions]>([])

        var options: [SamplingOptions] { all.withLock { $0 } }
        func add(_ options: SamplingOptions) { all.withLock { $0.append(options) } }
    }

    /// A model off which a number is read before it answers.
    private struct ReadModel: PromptReadableChatModel {
        /// Nil for a model that is not read after all.
        var value: Double?
        let asked: Asked
        let name = "read"

        static let text = "All right. Tea helps."

        func complete(_ prompt: Prompt, samples: Range<Int>, options: SamplingOptions) async throws
            -> [Completion]
        { samples.map { _ in Completion(text: Self.text, tokens: [], finish: .stop) } }

        func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] { [] }

        func stream(
            _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
        ) -> AsyncThrowingStream<SampleEvent, any Error> {
            asked.add(options)
            return PieceModel(text: Self.text).stream(
                prompt, samples: samples, options: options, logprobs: logprobs)
        }

        func stream(
            _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?,
            onPrompt: @escaping @Sendable (Double) -> Void
        ) -> AsyncThrowingStream<SampleEvent, any Error> {
            if let value { onPrompt(value) }
            return stream(prompt, samples: samples, options: options, logprobs: logprobs)
        }
    }

    /// A model off which danger is read, and that writes until it is stopped.
    private struct ReadEndlessModel: PromptReadableChatModel {
        let inner = EndlessModel()
        let name = "endless"

        func complete(_ prompt: Prompt, samples: Range<Int>, options: SamplingOptions) async throws
            -> [Completion]
        { try await inner.complete(prompt, samples: samples, options: options) }

        func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] { [] }

        func stream(
            _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
        ) -> AsyncThrowingStream<SampleEvent, any Error> {
            inner.stream(prompt, samples: samples, options: options, logprobs: logprobs)
        }

        func stream(
            _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?,
            onPrompt: @escaping @Sendable (Double) -> Void
        ) -> AsyncThrowingStream<SampleEvent, any Error> {
            onPrompt(2)
            return inner.stream(prompt, samples: samples, options: options, logprobs: logprobs)
        }
    }

    private struct Failing: Guarding {
        struct Broken: Error {}

        let inner: CompanionGuardian
        var policy: String { "failing" }
        var stays: Bool { true }
        var readsModel: Bool { true }

        func plan(for conversation: [Message], atLeast floor: RiskLevel, on day: CalendarDay)
            -> AnswerPlan
        { inner.plan(for: conversation, atLeast: floor, on: day) }

        func plan(
            for conversation: [Message], reading value: Double, atLeast floor: RiskLevel,
            on day: CalendarDay
        ) throws -> AnswerPlan? { throw Broken() }

        func reviewer(for plan: AnswerPlan, on day: CalendarDay) -> any Reviewing {
            inner.reviewer(for: plan, on: day)
        }

        func level(of conversation: [Message]) -> RiskLevel { inner.level(of: conversation) }
    }

    /// A companion with a probe whose log-odds are above 0 in danger.
    private static func companion() throws -> CompanionGuardian {
        let rows = (0..<60).map { number in
            let isDanger = number.isMultiple(of: 2)
            return ProbeCalibration.Row(
                logit: (isDanger ? 3 : -3) + Double(number % 7) / 7,
                reading: RiskReading(level: .none, probability: 0.1),
                label: isDanger ? .high : .none)
        }
        let probed = ProbedReader(
            try .shipped(), calibrations: [.english: try ProbeCalibration(rows, .english)])
        return CompanionGuardian(
            CompanionGuide(
                companion: Companion(values: try .shipped(), reader: try .shipped()),
                words: try .shipped(), rules: try .shipped()),
            probe: CompanionGuardian.Probe(probed) { 2 * $0 })
    }

    private static let said = "It is what it is."
    private static let stays = "I'm staying with you in this"

    private func guarded(
        _ model: ServedModel, by guardian: (any Guarding)? = nil, store: String? = nil,
        _ body: (Talker) async throws -> Void
    ) async throws {
        let watching: any Guarding = try guardian ?? Self.companion()
        var failure: (any Error)?
        try await withServer(
            [model],
            configure: {
                do { try $0.guarded(by: watching, store: store) } catch { failure = error }
            }
        ) { server in
            #expect(failure == nil)
            try await body(Talker(server: server))
        }
    }

    @Test func `danger that the probe alone hears raises this answer and those that follow`()
        async throws
    {
        let asked = Asked()
        try await guarded(.one(ReadModel(value: 2, asked: asked))) { talker in
            let id = try await talker.conversation()
            let told = try await talker.say(Self.said, in: id)
            #expect(told.content.hasPrefix(Self.stays) && told.streamed == told.content)
            #expect(told.content.contains("Tea helps."))
            let why = try await talker.why(told.id)
            #expect(why["level"] as? String == "high" && why["review"] as? String == "reviewed")
            #expect((why["evidence"] as? [String])?.joined().contains(Self.said) == true)
            // What was begun before it was read was let go of, and one decision was made.
            #expect(asked.options.count == 2 && asked.options.last?.temperature == 0)
            #expect((asked.options.last?.maxTokens ?? .max) < 100)
            #expect(told.events.filter { $0["type"] as? String == "guardian" }.count == 1)

            // From here on the level stands, and there is nothing left to raise.
            let next = try await talker.say("What shall I cook?", in: id, after: told.id)
            #expect(try await talker.why(next.id)["level"] as? String == "high")
            #expect(asked.options.count == 3)
            #expect(next.content.contains("Have you thought about how or when?"))
        }
    }

    @Test func `what a raised answer let go of is free, and so is all when the reader leaves`()
        async throws
    {
        let model = ReadEndlessModel()
        // A single turn: the second answer can only begin when the first has given it back.
        let served = ServedModel.one(model, limits: QueueLimits(running: 1))
        try await guarded(served) { talker in
            let id = try await talker.conversation()
            let question = try await talker.made(
                "/keel/conversations/\(id)/messages", ["content": Self.said])
            let leaving = Task { _ = try await talker.answer(to: question, in: id) }
            while model.inner.prompts.count < 2 { await Task.yield() }
            await model.inner.until { running, _ in running == 1 }
            leaving.cancel()
            _ = await leaving.result
            await model.inner.until { running, _ in running == 0 }
            #expect(model.inner.prompts.count == 2)
        }
    }

    @Test func `where no other turn is to be had, a raised answer is met with care all the same`()
        async throws
    {
        let model = ReadModel(value: 2, asked: Asked())
        let limits = QueueLimits(running: 1, waiting: 0, waitingPerClient: 0)
        try await guarded(.one(model, limits: limits)) { talker in
            let told = try await talker.say(Self.said, in: try await talker.conversation())
            // Whether the first turn was given back in time is chance; what they meet with is not.
            #expect(told.content.hasPrefix(Self.stays) && told.streamed == told.content)
            #expect(try await talker.why(told.id)["level"] as? String == "high")
        }
    }

    @Test func `what a probe has raised stays raised over a restart, and without the probe`()
        async throws
    {
        let path = try Store.newPath()
        var kept: (conversation: String, answer: String)?
        try await guarded(.one(ReadModel(value: 2, asked: Asked())), store: path) { talker in
            let id = try await talker.conversation()
            kept = (id, try await talker.say(Self.said, in: id).id)
        }
        let (id, answer) = try #require(kept)
        let shipped = try CompanionGuardian.shipped()
        try await guarded(.one(ReadModel(value: nil, asked: Asked())), by: shipped, store: path) {
            talker in
            let next = try await talker.say("What shall I cook?", in: id, after: answer)
            #expect(try await talker.why(next.id)["level"] as? String == "high")
        }
    }

    @Test(arguments: [-2, nil] as [Double?])
    func `a quiet probe, or none after all, leaves the answer as the model wrote it`(
        value: Double?
    ) async throws {
        let asked = Asked()
        try await guarded(.one(ReadModel(value: value, asked: asked))) { talker in
            let told = try await talker.say(Self.said, in: try await talker.conversation())
            #expect(told.content == ReadModel.text && told.streamed == told.content)
            let why = try await talker.why(told.id)
            #expect(why["level"] as? String == "none" && why["review"] as? String == "unreviewed")
            #expect(asked.options.count == 1)
        }
    }

    @Test func `a quiet probe lowers nothing`() async throws {
        let model = ServedModel.one(ReadModel(value: -9, asked: Asked()))
        try await guarded(model) { talker in
            let told = try await talker.say("I want to die.", in: try await talker.conversation())
            #expect(told.content.hasPrefix(Self.stays))
        }
    }

    @Test func `behind a system message, where no probe has learnt, none is read`() async throws {
        let model = ServedModel(
            id: "echo", system: "Be kind.",
            engines: [ServedModel.Engine(ReadModel(value: 2, asked: Asked()))])
        try await guarded(model) { talker in
            let told = try await talker.say(Self.said, in: try await talker.conversation())
            #expect(told.content == ReadModel.text)
        }
    }

    @Test func `where the probe's part goes wrong, the first plan stands and it is counted`()
        async throws
    {
        let model = ServedModel.one(ReadModel(value: 2, asked: Asked()))
        let guardian = Failing(inner: try Self.companion())
        try await guarded(model, by: guardian) { talker in
            let told = try await talker.say(Self.said, in: try await talker.conversation())
            #expect(told.content == ReadModel.text)
            let metrics = try await talker.send(.GET, "/metrics").text
            #expect(metrics.contains("keel_guardian_failures_total{part=\"probe\"} 1"))
        }
    }
}
