internal import KeelLanguage
internal import KeelTensor

/// Weights that the workers of one model read, each on its own thread.
///
/// Safe to share while they are only read: workers record no gradients, and nothing is attached to a
/// model that answers.
struct SharedWeights: @unchecked Sendable {
    let language: LanguageModel
}

/// One running batch of a model on this machine, on a thread of its own.
actor ModelWorker {
    private let executor: ThreadExecutor
    private let language: LanguageModel
    private let scheduler: BatchScheduler
    private var lastRequest = 0
    private var isRunning = false

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// - Parameters:
    ///   - executor: The thread that all of the work is done on.
    ///   - weights: The model, which other workers may be reading too.
    ///   - maxBatch: The most sequences that are written at once; more wait.
    ///   - memoryLimit: The most bytes of keys and values that running sequences may come to take.
    ///   - prefixes: What the workers of the model remember of conversations.
    init(
        on executor: ThreadExecutor, _ weights: SharedWeights, maxBatch: Int, memoryLimit: Int,
        prefixes: SharedPrefixes
    ) {
        self.executor = executor
        language = weights.language
        scheduler = BatchScheduler(
            model: language.model, tokenizer: language.tokenizer, endTokens: language.endTokens,
            maxBatch: maxBatch, memoryLimit: memoryLimit, prefixes: prefixes)
    }

    func complete(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, steering: [Steering],
        readings: [Reading]
    ) async throws -> [Completion] {
        let request = try newRequest(prompt, samples, options, steering, readings)
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                submit(request, onFinish: { continuation.resume(with: $0) })
            }
        } onCancel: {
            Task { await self.cancel(request.id) }
        }
    }

    func score(_ completions: [String], after prompt: Prompt, steering: [Steering]) throws
        -> [Score]
    {
        let tokens = try language.encode(prompt)
        return try language.score(
            completions, after: tokens,
            past: steering.isEmpty ? scheduler.exactMemory(of: tokens) : nil, steering: steering)
    }

    /// Runs `body` with the model itself, between two steps of the batch.
    func withModel<Result: Sendable>(_ body: @Sendable (LanguageModel) throws -> Result)
        throws -> Result
    {
        try body(language)
    }

    /// Starts answers that go into a stream as they are made.
    /// - Returns: What `cancel(_:)` takes; nil when there is nothing to cancel.
    func stream(
        _ prompt: Prompt, _ samples: Range<Int>, _ options: SamplingOptions, _ logprobs: Int?,
        _ steering: [Steering], _ readings: [Reading], _ promptReading: PromptReading?,
        into continuation: AsyncThrowingStream<SampleEvent, any Error>.Continuation
    ) -> Int? {
        do {
            guard !samples.isEmpty else {
                continuation.finish()
                return nil
            }
            try promptReading?.reading.validate(for: language.model.configuration)
            let request = try newRequest(prompt, samples, options, steering, readings)
            submit(
                request, logprobs: logprobs, promptReading: promptReading,
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
        var steering: [Steering]
        var readings: [Reading]
    }

    private func newRequest(
        _ prompt: Prompt, _ samples: Range<Int>, _ options: SamplingOptions,
        _ steering: [Steering], _ readings: [Reading]
    ) throws -> NewRequest {
        try options.validate()
        for one in steering { try one.validate(for: language.model.configuration) }
        for one in readings { try one.validate(for: language.model.configuration) }
        lastRequest += 1
        return NewRequest(
            id: lastRequest, tokens: try language.encode(prompt), samples: samples,
            options: options, steering: steering, readings: readings)
    }

    private func submit(
        _ request: NewRequest, logprobs: Int? = nil, promptReading: PromptReading? = nil,
        onPiece: @escaping (Int, String, TokenLogprobs?) -> Void = { _, _, _ in },
        onEnd: @escaping (Int, Completion) -> Void = { _, _ in },
        onFinish: @escaping (Result<[Completion], any Error>) -> Void
    ) {
        scheduler.submit(
            BatchScheduler.Request(
                id: request.id, prompt: request.tokens, samples: request.samples,
                options: request.options, steering: request.steering, readings: request.readings,
                promptReading: promptReading, logprobs: logprobs, onPiece: onPiece, onEnd: onEnd,
                onFinish: onFinish))
        if !isRunning {
            isRunning = true
            Task { await run() }
        }
    }

    /// Ends a request within one step; its answer fails with `CancellationError`.
    func cancel(_ id: Int) {
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
