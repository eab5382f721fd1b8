import Foundation
import KeelEvaluation
import KeelLanguage
import Synchronization
import TestSupport
import Testing

struct RunTests {
    private let scratch = try? Scratch()

    private func uninterrupted() async throws -> [String] {
        let run = try #require(scratch).run("whole")
        let failures = try await run.collect(from: talkative)
        #expect(failures.isEmpty)
        return try run.sortedLines
    }

    @Test func `each sample and each gap is one line`() async throws {
        let lines = try await uninterrupted()
        // 6 scored probes, and 6 sampled ones of 3 answers.
        #expect(lines.count == 6 + 6 * 3)
        let gap = try #require(lines.first { $0.contains("rome") && $0.contains("gap") })
        // 3 and 4 bytes, of -0.8 and -0.9 nats each.
        #expect(
            gap.hasPrefix("{\"bad\":[{\"logprob\":-2.4") && gap.contains("\"tokens\":4")
                && gap.hasSuffix("\"kind\":\"gap\",\"probe\":\"rome\",\"sample\":0}"))
    }

    @Test(arguments: 1...20)
    func `a run cancelled at any moment resumes to the same samples`(point: Int) async throws {
        let whole = try await uninterrupted()
        let run = try #require(scratch).run("stopped")
        let calls = Mutex(0)
        let (reached, signal) = AsyncStream.makeStream(of: Void.self)
        let stopping = ScriptedChatModel(
            logProbability: { completion, prompt in
                -Double(completion.count + prompt.question.count) / 10
            },
            answer: { prompt, sample, options in
                let call = calls.withLock { calls in
                    calls += 1
                    return calls
                }
                // Spread over the 18 answers.
                if call >= point * 18 / 20 {
                    signal.yield()
                    try await Task.sleep(for: .seconds(3600))
                }
                return "Well: \(prompt.question) Number \(sample), seed \(options.seed)."
            })
        let sitting = Task { try await run.collect(from: stopping, concurrency: 1 + point % 3) }
        for await _ in reached { break }
        sitting.cancel()
        await #expect(throws: CancellationError.self) { try await sitting.value }
        #expect(try run.sortedLines.count < whole.count)

        let resumed = try #require(scratch).run("stopped")
        _ = try await resumed.collect(from: talkative)
        #expect(try resumed.sortedLines == whole)
    }

    @Test(arguments: 1...20)
    func `a run killed inside a line resumes to the same samples`(point: Int) async throws {
        let whole = try await uninterrupted()
        let scratch = try #require(scratch)
        let file = scratch.folder.appending(components: "whole", "samples.jsonl")
        let bytes = try Data(contentsOf: file)
        try bytes.prefix(point * 7919 % bytes.count).write(to: file)
        let resumed = try scratch.run("whole")
        _ = try await resumed.collect(from: talkative)
        #expect(try resumed.sortedLines == whole)
    }

    @Test func `a finished run asks nothing more`() async throws {
        _ = try await uninterrupted()
        let silent = ScriptedChatModel { _, _, _ in
            Issue.record("asked again")
            return ""
        }
        var last: Run.Progress?
        let run = try #require(scratch).run("whole")
        let failures = try await run.collect(from: silent) { last = $0 }
        #expect(failures.isEmpty)
        #expect(last?.done == 24 && last?.total == 24 && last?.doneNow == 0)
    }

    @Test func `progress goes up to the total`() async throws {
        let run = try #require(scratch).run("progress")
        var seen: [Int] = []
        _ = try await run.collect(from: talkative, concurrency: 2) { seen.append($0.done) }
        #expect(seen.first == 0 && seen.last == 24 && seen == seen.sorted())
    }

    @Test func `another configuration is refused and the field named`() throws {
        let scratch = try #require(scratch)
        _ = try scratch.run("run") { $0.facts = ["device": "cpu"] }
        let error = #expect(throws: RunError.self) {
            try scratch.run("run") {
                $0.facts = ["device": "cuda"]
                $0.sampling.temperature = 1.5
            }
        }
        let text = try #require(error?.description)
        #expect(text.contains("differs in temperature (1.0 → 1.5), device (cpu → cuda)."))
    }

    @Test func `zero samples and impossible options are refused`() throws {
        let scratch = try #require(scratch)
        #expect(throws: RunError.noSamplesAsked(0)) { try scratch.run("none") { $0.samples = 0 } }
        #expect(throws: LanguageError.self) {
            try scratch.run("hot") { $0.sampling.temperature = -1 }
        }
    }

    @Test func `a folder that is no run is refused`() throws {
        let scratch = try #require(scratch)
        #expect(throws: RunError.self) { try Run(reading: scratch.folder) }
    }

    @Test func `a failing sample costs that sample alone, and is asked again`() async throws {
        struct Hiccup: Error {}
        let flaky = ScriptedChatModel { prompt, sample, _ in
            if prompt.question == "Rice?", sample == 1 { throw Hiccup() }
            return "Fine."
        }
        let scratch = try #require(scratch)
        let run = try scratch.run("flaky")
        let failures = try await run.collect(from: flaky)
        #expect(failures.map(\.probe) == ["rice"] && failures.map(\.sample) == [1])
        let apologies = try #require(run.map().measurement("plain", "apology-per-reply"))
        #expect(apologies.missing == 1 && apologies.readings == 11)

        let again = try scratch.run("flaky")
        #expect(try await again.collect(from: talkative).isEmpty)
        #expect(try again.map().measurement("plain", "apology-per-reply")?.missing == 0)
    }

    @Test func `log-probabilities that are not numbers are a failure, not a gap`() async throws {
        let broken = ScriptedChatModel(logProbability: { _, _ in .nan }) { _, _, _ in "Fine." }
        let run = try #require(scratch).run("broken")
        let failures = try await run.collect(from: broken)
        #expect(failures.count == 6 && failures.allSatisfy { $0.sample == nil })
        let gap = try #require(run.map().measurement("holds", "gap"))
        #expect(gap.value == nil && gap.interval == nil && gap.missing == 2)
    }

    @Test func `the run's system prompt comes before the probe's own`() async throws {
        let seen = Mutex<Set<String>>([])
        let model = ScriptedChatModel { prompt, _, _ in
            if case .messages(let messages) = prompt, messages.first?.role == .system {
                seen.withLock { _ = $0.insert(messages[0].content) }
            }
            return "Fine."
        }
        let run = try #require(scratch).run("system") { $0.system = "Be kind." }
        _ = try await run.collect(from: model)
        #expect(seen.withLock { $0 } == ["Be kind.", "Be kind.\n\nBe brief."])
    }
}
