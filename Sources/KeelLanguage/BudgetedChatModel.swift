/// A chat model that stops answering once a budget is spent.
///
/// Calls that were admitted are finished and charged. A call of several samples is one call, so
/// ask for single samples where the budget is to be kept closely; `TokenBudget` says how closely.
public struct BudgetedChatModel: ChatModel {
    private let base: any ChatModel
    private let budget: TokenBudget

    /// - Parameters:
    ///   - base: What answers.
    ///   - budget: May be shared with other models; they then spend it together.
    public init(_ base: any ChatModel, budget: TokenBudget) {
        self.base = base
        self.budget = budget
    }

    public var name: String { base.name }

    /// - Throws: `BudgetSpent`; `UnmeteredModel`; the model's own errors.
    public func complete(_ prompt: Prompt, samples: Range<Int>, options: SamplingOptions)
        async throws
        -> [Completion]
    {
        if samples.isEmpty { return [] }
        try budget.admit()
        let completions = try await base.complete(prompt, samples: samples, options: options)
        budget.charge(try completions.reduce(.zero) { try $0 + metered($1.usage) })
        return completions
    }

    /// - Throws: While iterating: `BudgetSpent`; `UnmeteredModel`; the model's own errors.
    public func stream(
        _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
    ) -> AsyncThrowingStream<SampleEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try budget.admit()
                    let events = base.stream(
                        prompt, samples: samples, options: options, logprobs: logprobs)
                    for try await event in events {
                        if case .finished(_, let completion) = event {
                            budget.charge(try metered(completion.usage))
                        }
                        continuation.yield(event)
                    }
                    // Cancelled, a stream ends as if it were complete.
                    try Task.checkCancellation()
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// - Throws: `BudgetSpent`; `UnmeteredModel`; the model's own errors.
    public func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] {
        if completions.isEmpty { return [] }
        try budget.admit()
        let scores = try await base.score(completions, after: prompt)
        budget.charge(try scores.reduce(.zero) { try $0 + metered($1.usage) })
        return scores
    }

    private func metered(_ usage: TokenUsage?) throws(UnmeteredModel) -> TokenUsage {
        guard usage != nil || !budget.isLimited else { throw UnmeteredModel(model: name) }
        return usage ?? .zero
    }
}
