import Foundation
import KeelEvaluation
import KeelLanguage
import Synchronization
import TestSupport
import Testing

/// Answers that are kept.
struct CacheTests {
    private let scratch = try? Scratch()

    /// Counts what is asked of it; each answer is new.
    private final class Counter: Sendable {
        let calls = Mutex(0)

        var model: ScriptedChatModel {
            ScriptedChatModel(
                logProbability: { _, _ in -Double(self.next()) / 7 },
                answer: { _, sample, _ in "\(sample): \(self.next())" })
        }

        func next() -> Int {
            calls.withLock { calls in
                calls += 1
                return calls
            }
        }

        var count: Int { calls.withLock { $0 } }
    }

    private func cached(
        _ counter: Counter, facts: [String: String] = ["sha256": "a"]
    ) throws -> CachedChatModel {
        let folder = try #require(scratch).folder.appending(component: "cache")
        return CachedChatModel(counter.model, facts: facts, cache: try SampleCache(folder: folder))
    }

    private func files() throws -> [URL] {
        let folder = try #require(scratch).folder.appending(component: "cache")
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return (all?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "jsonl" }
    }

    @Test func `each sample is asked once, and repeats stay independent`() async throws {
        let counter = Counter()
        let prompt = Prompt.user("Hello")
        let first = try await cached(counter).complete(prompt, samples: 0..<3, options: .init())
        #expect(Set(first.map(\.text)).count == 3 && counter.count == 3)
        let more = try await cached(counter).complete(prompt, samples: 1..<6, options: .init())
        #expect(more.prefix(2) == first.suffix(2) && counter.count == 6)
        let again = try await cached(counter).complete(prompt, samples: 0..<6, options: .init())
        #expect(again == first + more.suffix(3) && counter.count == 6)
        #expect(again[0].usage != nil && again[0].tokens.isEmpty == false)
    }

    @Test func `whatever decides an answer is part of its key`() async throws {
        let counter = Counter()
        func ask(
            _ prompt: Prompt = .user("Hello"), facts: [String: String] = ["sha256": "a"],
            _ change: (inout SamplingOptions) -> Void = { _ in }
        ) async throws {
            var options = SamplingOptions()
            change(&options)
            _ = try await cached(counter, facts: facts).complete(
                prompt, samples: 0..<1, options: options)
        }
        try await ask()
        try await ask(.text("Hello"))
        try await ask(.messages([.system(""), .user("Hello")]))
        // Canonically equal, yet other tokens.
        try await ask(.user("caf\u{E9}"))
        try await ask(.user("cafe\u{301}"))
        try await ask(facts: ["sha256": "b"])
        try await ask(facts: [:])
        try await ask { $0.seed = 1 }
        try await ask { $0.temperature = 0.5 }
        try await ask { $0.maxTokens = 7 }
        try await ask { $0.topK = 5 }
        try await ask { $0.stop = ["."] }
        #expect(counter.count == 12)
        try await ask()
        #expect(counter.count == 12)
    }

    @Test func `scores are kept to the last bit`() async throws {
        let counter = Counter()
        let first = try await cached(counter).score("caf\u{E9}", after: .user("Hello"))
        let other = try await cached(counter).score("cafe\u{301}", after: .user("Hello"))
        #expect(first.logprobs != other.logprobs && counter.count == 2)
        #expect(try await cached(counter).score("caf\u{E9}", after: .user("Hello")) == first)
        #expect(try await cached(counter).score("cafe\u{301}", after: .user("Hello")) == other)
        #expect(counter.count == 2)
    }

    @Test(arguments: 1...20)
    func `a file torn at any byte gives what is whole, and grows on`(point: Int) async throws {
        let counter = Counter()
        let whole = try await cached(counter).complete(
            .user("Hello"), samples: 0..<5, options: .init())
        let file = try #require(files().first)
        let bytes = try Data(contentsOf: file)
        try bytes.prefix(point * 7919 % bytes.count).write(to: file)
        let again = try await cached(counter).complete(
            .user("Hello"), samples: 0..<5, options: .init())
        let kept = 10 - counter.count
        #expect(again.prefix(kept) == whole.prefix(kept))
        let asked = counter.count
        #expect(
            try await cached(counter).complete(.user("Hello"), samples: 0..<5, options: .init())
                == again)
        #expect(counter.count == asked)
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 6 && lines[0].hasPrefix(#"{"question":"#))
    }

    @Test func `a line that can't be read is asked again, the others are not`() async throws {
        let counter = Counter()
        _ = try await cached(counter).complete(.user("Hello"), samples: 0..<3, options: .init())
        let file = try #require(files().first)
        var lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        lines[2] = #"{"sample": "x"}"#
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
        _ = try await cached(counter).complete(.user("Hello"), samples: 0..<3, options: .init())
        #expect(counter.count == 4)
    }

    @Test func `many who write at once lose no line`() async throws {
        let counter = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sample in 0..<40 {
                let model = try cached(counter)
                group.addTask {
                    _ = try await model.complete(
                        .user("Hello"), samples: sample..<sample + 1, options: .init())
                }
            }
            try await group.waitForAll()
        }
        #expect(counter.count == 40)
        let silent = Counter()
        let all = try await cached(silent).complete(
            .user("Hello"), samples: 0..<40, options: .init())
        #expect(silent.count == 0 && Set(all.map(\.text)).count == 40)
        let text = try String(contentsOf: try #require(files().first), encoding: .utf8)
        #expect(text.split(separator: "\n").count == 41)
        #expect(text.ranges(of: #"{"question":"#).count == 1)
    }

    @Test func `a failure is not kept, and log-probabilities that are no numbers are not`()
        async throws
    {
        struct Hiccup: Error {}
        let folder = try #require(scratch).folder.appending(component: "cache")
        let broken = CachedChatModel(
            ScriptedChatModel(logProbability: { _, _ in .nan }) { _, _, _ in throw Hiccup() },
            facts: ["sha256": "a"], cache: try SampleCache(folder: folder))
        await #expect(throws: Hiccup.self) { try await broken.complete(.user("Hello")) }
        #expect(try await broken.score("x", after: .user("Hello")).sum.isNaN)
        let counter = Counter()
        _ = try await cached(counter).complete(.user("Hello"))
        #expect(try await cached(counter).score("x", after: .user("Hello")).sum.isFinite)
        #expect(counter.count == 2)
    }

    @Test func `a cache that can't be written ends a run with its path`() async throws {
        let folder = try #require(scratch).folder
        let file = folder.appending(component: "file")
        try Data("x".utf8).write(to: file)
        #expect(throws: SampleCacheError.self) { try SampleCache(folder: file) }
        let counter = Counter()
        let model = try cached(counter)
        try FileManager.default.removeItem(at: folder.appending(component: "cache"))
        try Data("x".utf8).write(to: folder.appending(component: "cache"))
        let error = await #expect(throws: SampleCacheError.self) {
            try await model.complete(.user("Hello"))
        }
        #expect(error?.isLasting == true && error?.path.contains("cache") == true)
    }
}
