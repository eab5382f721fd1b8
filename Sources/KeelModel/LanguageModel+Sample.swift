package import KeelLanguage

extension LanguageModel {
    /// Samples of several prompts, written in one running batch on the calling thread.
    /// - Parameters:
    ///   - prompts: Tokens to be continued, each at least one.
    ///   - samples: Numbers of the samples of each prompt.
    ///   - options: How they are drawn.
    ///   - steering: How the stream is changed meanwhile.
    ///   - maxBatch: The most sequences that are written at once.
    /// - Returns: The samples of each prompt, in order.
    /// - Throws: The first error of any request, or `CancellationError`.
    package func sample(
        _ prompts: [[Int]], samples: Range<Int>, options: SamplingOptions,
        steering: [Steering] = [], maxBatch: Int = 64
    ) throws -> [[Completion]] {
        try sample(
            prompts.map { (prompt: $0, steering: steering) }, samples: samples, options: options,
            maxBatch: maxBatch)
    }

    /// The same with steering of each prompt's own, all in one batch.
    package func sample(
        _ requests: [(prompt: [Int], steering: [Steering])], samples: Range<Int>,
        options: SamplingOptions, maxBatch: Int = 64
    ) throws -> [[Completion]] {
        try options.validate()
        for one in Set(requests.flatMap(\.steering)) {
            try one.validate(for: model.configuration)
        }
        let scheduler = BatchScheduler(
            model: model, tokenizer: tokenizer, endTokens: endTokens, maxBatch: maxBatch)
        var results: [Int: Result<[Completion], any Error>] = [:]
        for (id, request) in requests.enumerated() {
            scheduler.submit(
                BatchScheduler.Request(
                    id: id, prompt: request.prompt, samples: samples, options: options,
                    steering: request.steering, onPiece: { _, _, _ in }, onEnd: { _, _ in },
                    onFinish: { results[id] = $0 }))
        }
        while scheduler.hasWork {
            try Task.checkCancellation()
            scheduler.step()
        }
        return try requests.indices.map { try results[$0]?.get() ?? [] }
    }
}
