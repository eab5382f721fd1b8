import KeelEvaluation
import KeelLanguage
import Synchronization
import TestSupport
import Testing

/// A run whose model stops answering for good.
struct BudgetRunTests {
    private let scratch = try? Scratch()

    @Test(arguments: [1, 2, 5])
    func `a spent budget stops the run with all kept, and another sitting ends it`(
        concurrency: Int
    ) async throws {
        let scratch = try #require(scratch)
        let whole = try scratch.run("whole")
        _ = try await whole.collect(from: talkative)
        var sittings = 0
        while true {
            let budget = try TokenBudget(tokens: 200, cost: nil, price: nil)
            let run = try scratch.run("stopped")
            let before = try run.sortedLines.count
            do {
                let failures = try await run.collect(
                    from: BudgetedChatModel(talkative, budget: budget), concurrency: concurrency,
                    answersPerCall: 1)
                #expect(failures.isEmpty)
                break
            } catch is BudgetSpent {
                sittings += 1
                #expect(budget.spent.usage.total >= 200)
                // No call of this suite takes as many as 80.
                #expect(budget.spent.usage.total < 200 + 80 * concurrency)
                #expect(try run.sortedLines.count > before)
            }
        }
        #expect(sittings > 1)
        #expect(try scratch.run("stopped").sortedLines == whole.sortedLines)
    }

    @Test func `what is under way when the budget ends is kept`() async throws {
        let run = try #require(scratch).run("run")
        let budget = try TokenBudget(tokens: 1, cost: nil, price: nil)
        let calls = Mutex(0)
        let model = ScriptedChatModel { _, _, _ in
            calls.withLock { $0 += 1 }
            // All calls are under way before the first is charged.
            while calls.withLock({ $0 < 3 }) { await Task.yield() }
            return "Fine."
        }
        // The scored probes come first; without them three answers are asked for at once.
        let gaps = ScriptedChatModel { _, _, _ in throw Missing() }
        _ = try? await run.collect(from: gaps, concurrency: 1)
        await #expect(throws: BudgetSpent.self) {
            try await run.collect(
                from: BudgetedChatModel(model, budget: budget), concurrency: 3, answersPerCall: 1)
        }
        #expect(calls.withLock { $0 } == 3 && budget.spent.calls == 3)
        #expect(try run.records().count == 6 + 3)
    }

    @Test func `a refused key stops the run, and is no missing reading`() async throws {
        struct Refused: ModelFailure {
            let isLasting = true
        }
        let calls = Mutex(0)
        let model = ScriptedChatModel(logProbability: { _, _ in
            calls.withLock { $0 += 1 }
            throw Refused()
        }) { _, _, _ in
            calls.withLock { $0 += 1 }
            throw Refused()
        }
        let run = try #require(scratch).run("run")
        await #expect(throws: Refused.self) { try await run.collect(from: model, concurrency: 4) }
        #expect(calls.withLock { $0 } <= 4)
    }

    @Test func `a failure that may pass costs its reading alone`() async throws {
        struct Busy: ModelFailure {
            let isLasting = false
        }
        let model = ScriptedChatModel { prompt, _, _ in
            if prompt.question == "Rice?" { throw Busy() }
            return "Fine."
        }
        let failures = try await #require(scratch).run("run").collect(from: model)
        #expect(failures.map(\.probe) == ["rice", "rice", "rice"])
    }

    private struct Missing: Error {}
}
