import KeelLanguage
import Synchronization
import Testing

/// Limits on what may be spent.
struct BudgetTests {
    /// A model whose answers take 5 tokens to read and 3 to write.
    private static let model = ScriptedChatModel { _, _, _ in "abc" }
    private static let prompt = Prompt.user("Hello")

    @Test func `calls are counted, and the one that finds nothing left is refused`() async throws {
        let budget = try TokenBudget(tokens: 20, cost: nil, price: nil)
        let model = BudgetedChatModel(Self.model, budget: budget)
        for _ in 0..<3 { _ = try await model.complete(Self.prompt) }
        let error = await #expect(throws: BudgetSpent.self) {
            try await model.complete(Self.prompt)
        }
        #expect(budget.spent.usage == TokenUsage(promptTokens: 15, completionTokens: 9))
        #expect(budget.spent.calls == 3 && error?.isLasting == true)
        #expect(
            error?.description
                == "The budget of 20 tokens is spent. 3 calls took 15 prompt and 9 completion tokens."
        )
    }

    @Test func `money is counted by the prices`() async throws {
        let budget = try TokenBudget(
            tokens: nil, cost: 0.0001, price: TokenPrice(prompt: 2, completion: 10))
        let model = BudgetedChatModel(Self.model, budget: budget)
        // 5 · 2 + 3 · 10 = 40 millionths a call.
        for _ in 0..<3 { _ = try await model.complete(Self.prompt) }
        let error = await #expect(throws: BudgetSpent.self) {
            try await model.complete(Self.prompt)
        }
        #expect(error?.description.contains("at a cost of 0.00012.") == true)
    }

    @Test func `scores and streams are charged too`() async throws {
        let budget = try TokenBudget(tokens: 1000, cost: nil, price: nil)
        let model = BudgetedChatModel(Self.model, budget: budget)
        _ = try await model.score("xy", after: Self.prompt)
        #expect(budget.spent.usage == TokenUsage(promptTokens: 7, completionTokens: 0))
        for try await _ in model.stream(Self.prompt, options: .init()) {}
        #expect(budget.spent.usage == TokenUsage(promptTokens: 12, completionTokens: 3))
    }

    @Test(arguments: 1...8)
    func `the limit is passed by no more than the calls in flight`(flight: Int) async throws {
        let budget = try TokenBudget(tokens: 100, cost: nil, price: nil)
        let model = BudgetedChatModel(
            ScriptedChatModel { _, _, _ in
                for _ in 0..<5 { await Task.yield() }
                return "abc"
            }, budget: budget)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<flight {
                group.addTask {
                    while (try? await model.complete(Self.prompt)) != nil {}
                }
            }
        }
        // A call takes 8; the last ones were admitted when at least 1 was left.
        let spent = budget.spent.usage.total
        #expect(spent >= 100 && spent < 100 + 8 * flight)
    }

    @Test func `a model that does not tell can't be kept within a limit`() async throws {
        struct Silent: ChatModel {
            let name = "silent"
            func complete(_ prompt: Prompt, samples: Range<Int>, options: SamplingOptions)
                async throws -> [Completion]
            {
                samples.map { _ in Completion(text: "x", tokens: [], finish: .stop) }
            }
            func stream(
                _ prompt: Prompt, samples: Range<Int>, options: SamplingOptions, logprobs: Int?
            ) -> AsyncThrowingStream<SampleEvent, any Error> {
                AsyncThrowingStream { $0.finish() }
            }
            func score(_ completions: [String], after prompt: Prompt) async throws -> [Score] {
                completions.map { _ in Score(tokens: [], logprobs: [-1]) }
            }
        }
        let limited = BudgetedChatModel(
            Silent(), budget: try TokenBudget(tokens: 10, cost: nil, price: nil))
        let error = await #expect(throws: UnmeteredModel.self) {
            try await limited.complete(Self.prompt)
        }
        #expect(error?.isLasting == true)
        await #expect(throws: UnmeteredModel.self) {
            try await limited.score("x", after: Self.prompt)
        }
        let counted = BudgetedChatModel(
            Silent(),
            budget: try TokenBudget(
                tokens: nil, cost: nil, price: TokenPrice(prompt: 1, completion: 1)))
        #expect(try await counted.complete(Self.prompt).text == "x")
    }

    @Test func `impossible limits are refused`() {
        #expect(throws: LanguageError.self) { try TokenBudget(tokens: 0, cost: nil, price: nil) }
        #expect(throws: LanguageError.self) { try TokenBudget(tokens: nil, cost: 1, price: nil) }
        #expect(throws: LanguageError.self) {
            try TokenBudget(
                tokens: nil, cost: 1, price: TokenPrice(prompt: 0, completion: 0))
        }
        #expect(throws: LanguageError.self) {
            try TokenBudget(
                tokens: nil, cost: .nan, price: TokenPrice(prompt: 1, completion: 1))
        }
        #expect(throws: LanguageError.self) { try TokenPrice(prompt: -1, completion: 0) }
        #expect(throws: LanguageError.self) { try TokenPrice(prompt: 0, completion: .infinity) }
    }

    @Test func `sums of impossible numbers do not trap`() {
        let most = TokenUsage(promptTokens: .max, completionTokens: .max)
        #expect((most + most).total == .max)
    }

    @Test(
        arguments: [
            ("", [], nil, 0), ("Hi", [5, 6], nil, 2), ("Hi", [], nil, nil),
            ("Hi", [], TokenUsage(promptTokens: 1, completionTokens: 9), 9),
            ("Hi", [], TokenUsage(promptTokens: 1, completionTokens: 9, hiddenTokens: 7), 2),
            ("Hi", [], TokenUsage(promptTokens: 1, completionTokens: 9, hiddenTokens: nil), nil),
        ] as [(String, [Int], TokenUsage?, Int?)])
    func `an answer's tokens are those of its text`(
        text: String, tokens: [Int], usage: TokenUsage?, count: Int?
    ) {
        let completion = Completion(text: text, tokens: tokens, finish: .stop, usage: usage)
        #expect(completion.tokenCount == count)
    }
}
