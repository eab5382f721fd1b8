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
        try await complete(prompt, samples: samples, options: options, steering: [])
    }

    /// The same with the residual stream changed; other requests in the batch are not touched.
    public func complete(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, steering: [Steering]
    ) async throws -> [Completion] {
        if samples.isEmpty { return [] }
        let request = try newRequest(prompt, samples, options, steering)
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                submit(request, onText: { _, _ in }, onFinish: { continuation.resume(with: $0) })
            }
        } onCancel: {
            Task { await self.cancel(request.id) }
        }
    }

    public nonisolated func stream(_ prompt: Prompt, options: SamplingOptions)
        -> AsyncThrowingStream<CompletionEvent, any Error>
    {
        stream(prompt, options: options, steering: [])
    }

    /// The same with the residual stream changed.
    public nonisolated func stream(
        _ prompt: Prompt, options: SamplingOptions, steering: [Steering]
    ) -> AsyncThrowingStream<CompletionEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task { await self.stream(prompt, options, steering, into: continuation) }
            continuation.onTermination = { reason in
                guard case .cancelled = reason else { return }
                Task { if let id = await task.value { await self.cancel(id) } }
            }
        }
    }

    public func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] {
        try await score(completions, after: prompt, steering: [])
    }

    /// The same with the residual stream changed.
    public func score(_ completions: [String], after prompt: Prompt, steering: [Steering])
        async throws -> [Score]
    {
        try Task.checkCancellation()
        let tokens = try language.encode(prompt)
        return try language.score(
            completions, after: tokens,
            past: steering.isEmpty ? scheduler.memory(of: tokens) : nil, steering: steering)
    }

    /// Runs `body` with the model itself, between two steps of the batch.
    public func withModel<Result: Sendable>(_ body: @Sendable (LanguageModel) throws -> Result)
        throws -> Result
    {
        try body(language)
    }

    private func stream(
        _ prompt: Prompt, _ options: SamplingOptions, _ steering: [Steering],
        into continuation: AsyncThrowingStream<CompletionEvent, any Error>.Continuation
    ) -> Int? {
        do {
            let request = try newRequest(prompt, 0..<1, options, steering)
            submit(
                request, onText: { _, text in continuation.yield(.text(text)) },
                onFinish: { result in
                    switch result {
                    case .success(let completions):
                        if let completion = completions.first {
                            continuation.yield(.finished(completion))
                        }
                        continuation.finish()
                    case .failure(let error):
                        continuation.finish(throwing: error)
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
        var steering: [Steering]
    }

    private func newRequest(
        _ prompt: Prompt, _ samples: Range<Int>, _ options: SamplingOptions, _ steering: [Steering]
    ) throws -> NewRequest {
        try options.validate()
        for one in steering { try one.validate(for: language.model.configuration) }
        lastRequest += 1
        return NewRequest(
            id: lastRequest, tokens: try language.encode(prompt), samples: samples,
            options: options, steering: steering)
    }

    private func submit(
        _ request: NewRequest, onText: @escaping (Int, String) -> Void,
        onFinish: @escaping (Result<[Completion], any Error>) -> Void
    ) {
        scheduler.submit(
            BatchScheduler.Request(
                id: request.id, prompt: request.tokens, samples: request.samples,
                options: request.options, steering: request.steering,
                onText: onText, onFinish: onFinish))
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
