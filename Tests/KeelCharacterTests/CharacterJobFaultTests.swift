import KeelCharacter
import KeelLanguage
import TestSupport
import Testing

/// What a job does when models fail, and what it refuses.
@Suite struct CharacterJobFaultTests: CharacterJobSuite {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func `stopped and taken up, a job makes the same rows and asks nothing twice`()
        async throws
    {
        let whole = try job(config(), "whole")
        _ = try await whole.collect(from: models)
        _ = try whole.writeRows()

        let failing = Flaky(model: answerer)
        let first = try job(config())
        let failures = try await first.collect(
            from: .init(writer: writer, model: failing, ranker: ranker), concurrency: 1)
        #expect(!failures.isEmpty && failures.allSatisfy { $0.step == "answers" })
        let done = try scratch.lines("job/answers.jsonl").count
        #expect(done > 0)
        let second = try job(config())
        #expect(try await second.collect(from: models).isEmpty)
        _ = try second.writeRows()
        #expect(try rows() == rows("whole"))
        #expect(
            try scratch.lines("job/answers.jsonl").count
                == scratch.lines("whole/answers.jsonl").count)
    }

    @Test func `a lasting failure ends the job, and what was under way is kept`() async throws {
        let job = try job(config())
        await #expect(throws: Spent.Out.self) {
            try await job.collect(
                from: .init(writer: writer, model: Spent(model: answerer), ranker: ranker),
                concurrency: 4)
        }
        // Three were under way beside the one that failed.
        #expect(try scratch.lines("job/answers.jsonl").count >= 3)
        #expect(try await self.job(config()).collect(from: models).isEmpty)
    }

    @Test func `other settings in the same folder are refused by name`() throws {
        _ = try job(config())
        let error = #expect(throws: CharacterError.self) {
            try job(
                config {
                    $0.answers = 3; $0.sampling.seed = 7
                })
        }
        #expect(
            error?.description.contains("answers was 4, now 3; sampling.seed was 0, now 7") == true,
            "\(error?.description ?? "")")
    }

    @Test(
        arguments: [
            ("answers", { @Sendable in $0.answers = 1 }),
            ("overlap", { $0.greatestOverlap = 1.5 }), ("clamp", { $0.greatestProbability = 0.2 }),
            ("unrelated-share", { $0.unrelatedShare = 1 }),
            ("unrelated-share", { $0.unrelatedShare = 1.0.nextDown }),
            ("length-ratio", { $0.greatestLengthRatio = .infinity }),
            ("length-ratio", { $0.greatestLengthRatio = .nan }),
            ("messages", { $0.messages = 0 }), ("candidates", { $0.candidates = 0 }),
        ] as [(String, @Sendable (inout CharacterConfig) -> Void)])
    func `a setting out of its range is refused by name`(
        name: String, change: @Sendable (inout CharacterConfig) -> Void
    ) {
        let error = #expect(throws: CharacterError.self) { try job(config(change)) }
        #expect(error?.description.hasPrefix("\(name) is ") == true)
    }
}

/// Has nothing left at a first answer, and answers the others.
private struct Spent: ChatModel {
    struct Out: ModelFailure { var isLasting: Bool { true } }

    let model: ScriptedChatModel
    var name: String { model.name }

    func complete(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions
    ) async throws -> [Completion] {
        if samples.lowerBound == 0 { throw Out() }
        return try await model.complete(prompt, samples: samples, options: options)
    }

    func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        model.stream(prompt, samples: samples, options: options, logprobs: logprobs)
    }

    func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] {
        try await model.score(completions, after: prompt)
    }
}

/// Fails at every third question.
private struct Flaky: ChatModel {
    struct Failed: Error {}

    let model: ScriptedChatModel
    var name: String { model.name }

    func complete(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions
    ) async throws -> [Completion] {
        if samples.lowerBound % 3 == 1 { throw Failed() }
        return try await model.complete(prompt, samples: samples, options: options)
    }

    func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        model.stream(prompt, samples: samples, options: options, logprobs: logprobs)
    }

    func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] {
        try await model.score(completions, after: prompt)
    }
}
