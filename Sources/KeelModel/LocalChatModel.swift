public import KeelLanguage
public import KeelTensor

/// A model on this machine that many tasks may talk to at once, answered in one running batch.
public actor LocalChatModel: ChatModel {
    public nonisolated let name: String
    private let executor: ThreadExecutor
    private let language: LanguageModel
    private let scheduler: BatchScheduler
    private var lastRequest = 0
    private var isRunning = false

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Loads a model.
    /// - Parameters:
    ///   - reference: A path or alias, and adapter folders.
    ///   - device: Where to compute.
    ///   - maxBatch: The most sequences that are written at once; more wait.
    /// - Throws: `ModelError`, or the error of the file format that is broken.
    public init(_ reference: ModelReference, device: Device = .cpu, maxBatch: Int = 64) async throws
    {
        name = reference.description
        executor = ThreadExecutor(name: "keel model")
        (language, scheduler) = try await executor.perform {
            let language = try LanguageModel(reference, device: device)
            return (
                language,
                BatchScheduler(
                    model: language.model, tokenizer: language.tokenizer,
                    endTokens: language.endTokens, maxBatch: maxBatch)
            )
        }
    }

    public func complete(_ prompt: Prompt, samples: Range<Int>, options: SamplingOptions)
        async throws
        -> [Completion]
    {
        if samples.isEmpty { return [] }
        let request = try newRequest(prompt, samples, options)
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                submit(request, onFinish: { continuation.resume(with: $0) })
            }
        } onCancel: {
            Task { await self.cancel(request.id) }
        }
    }

    public nonisolated func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                await self.stream(prompt, samples, options, logprobs, into: continuation)
            }
            continuation.onTermination = { reason in
                guard case .cancelled = reason else { return }
                Task { if let id = await task.value { await self.cancel(id) } }
            }
        }
    }

    public func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] {
        try Task.checkCancellation()
        let tokens = try language.encode(prompt)
        return try language.score(
            completions, after: tokens, past: scheduler.memory(of: tokens))
    }

    /// Runs `body` with the model itself, between two steps of the batch.
    public func withModel<Result: Sendable>(_ body: @Sendable (LanguageModel) throws -> Result)
        throws -> Result
    {
        try body(language)
    }

    private func stream(
        _ prompt: Prompt, _ samples: Range<Int>, _ options: SamplingOptions, _ logprobs: Int?,
        into continuation: AsyncThrowingStream<SampleEvent, any Error>.Continuation
    ) -> Int? {
        do {
            guard !samples.isEmpty else {
                continuation.finish()
                return nil
            }
            let request = try newRequest(prompt, samples, options)
            submit(
                request, logprobs: logprobs,
                onPiece: { sample, text, token in
                    continuation.yield(
                        .piece(sample: sample, text: text, tokens: token.map { [$0] } ?? []))
                },
                onEnd: { continuation.yield(.finished(sample: $0, $1)) },
                onFinish: { result in
                    switch result {
                    case .success: continuation.finish()
                    case .failure(let error): continuation.finish(throwing: error)
                    }
                })
            return request.id
        } catch {
            continuation.finish(throwing: error)
            return nil
        }
    }

    private struct NewRequest: Sendable {
        var id: Int
        var tokens: [Int]
        var samples: Range<Int>
        var options: SamplingOptions
    }

    private func newRequest(_ prompt: Prompt, _ samples: Range<Int>, _ options: SamplingOptions)
        throws -> NewRequest
    {
        try options.validate()
        lastRequest += 1
        return NewRequest(
            id: lastRequest, tokens: try language.encode(prompt), samples: samples, options: options
        )
    }

    private func submit(
        _ request: NewRequest, logprobs: Int? = nil,
        onPiece: @escaping (Int, String, TokenLogprobs?) -> Void = { _, _, _ in },
        onEnd: @escaping (Int, Completion) -> Void = { _, _ in },
        onFinish: @escaping (Result<[Completion], any Error>) -> Void
    ) {
        scheduler.submit(
            BatchScheduler.Request(
                id: request.id, prompt: request.tokens, samples: request.samples,
                options: request.options, logprobs: logprobs, onPiece: onPiece, onEnd: onEnd,
                onFinish: onFinish))
        if !isRunning {
            isRunning = true
            Task { await run() }
        }
    }

    private func cancel(_ id: Int) {
        scheduler.cancel(id)
    }

    /// Steps until nothing is left to do; between steps, requests come and go.
    private func run() async {
        while scheduler.hasWork {
            scheduler.step()
            await Task.yield()
        }
        isRunning = false
    }
}
