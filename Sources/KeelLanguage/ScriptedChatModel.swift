/// A chat model whose answers are a function of the prompt, for tests and demonstrations.
///
/// Its tokens are the UTF-8 bytes of the answer, so counts and log-probabilities are exact.
public struct ScriptedChatModel: ChatModel {
    /// The text of one sample.
    public typealias Answer =
        @Sendable (_ prompt: Prompt, _ sample: Int, _ options: SamplingOptions)
        async throws -> String
    /// Log-probability of each token of a completion, in nats.
    public typealias LogProbability =
        @Sendable (_ completion: String, _ prompt: Prompt) async throws -> Double

    /// As reports name it.
    public let name: String
    private let answer: Answer
    private let logProbability: LogProbability

    /// - Parameters:
    ///   - name: What a run cites.
    ///   - logProbability: Log-probability of one token of a completion, in nats; all tokens share it.
    ///   - answer: The text of one sample.
    public init(
        name: String = "scripted",
        logProbability: @escaping LogProbability = { _, _ in -1 },
        answer: @escaping Answer
    ) {
        self.name = name
        self.answer = answer
        self.logProbability = logProbability
    }

    public func complete(_ prompt: Prompt, samples: Range<Int>, options: SamplingOptions)
        async throws
        -> [Completion]
    {
        try options.validate()
        var completions: [Completion] = []
        for sample in samples {
            try Task.checkCancellation()
            completions.append(try await completion(prompt, sample, options))
        }
        return completions
    }

    public func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try options.validate()
                    for sample in samples {
                        let completion = try await completion(prompt, sample, options)
                        let each = try await logProbability(completion.text, prompt)
                        for character in completion.text {
                            try Task.checkCancellation()
                            let text = String(character)
                            let tokens = text.utf8.map { byte in
                                TokenLogprobs.Candidate(bytes: [byte], logprob: each)
                            }
                            continuation.yield(
                                .piece(
                                    sample: sample, text: text,
                                    tokens: logprobs.map { count in
                                        tokens.map {
                                            TokenLogprobs(drawn: $0, top: count > 0 ? [$0] : [])
                                        }
                                    } ?? []))
                        }
                        continuation.yield(.finished(sample: sample, completion))
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    public func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] {
        var scores: [Score] = []
        for completion in completions { scores.append(try await score(of: completion, prompt)) }
        return scores
    }

    private func score(of completion: String, _ prompt: Prompt) async throws -> Score {
        let tokens = completion.utf8.map(Int.init)
        let each = try await logProbability(completion, prompt)
        return Score(
            tokens: tokens, logprobs: tokens.map { _ in each },
            usage: TokenUsage(
                promptTokens: Self.count(prompt) + tokens.count, completionTokens: 0))
    }

    private func completion(_ prompt: Prompt, _ sample: Int, _ options: SamplingOptions)
        async throws
        -> Completion
    {
        let text = try await answer(prompt, sample, options)
        let bytes = Array(text.utf8)
        let finish: Completion.Finish = bytes.count > options.maxTokens ? .length : .stop
        let kept = bytes.prefix(options.maxTokens)
        return Completion(
            text: String(decoding: kept, as: UTF8.self), tokens: kept.map(Int.init), finish: finish,
            usage: TokenUsage(promptTokens: Self.count(prompt), completionTokens: kept.count))
    }

    private static func count(_ prompt: Prompt) -> Int {
        switch prompt {
        case .messages(let messages): messages.reduce(0) { $0 + $1.content.utf8.count }
        case .text(let text): text.utf8.count
        }
    }
}
