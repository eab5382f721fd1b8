import Foundation
import KeelEvaluation
import KeelLanguage
import TestSupport
import Testing

struct MapTests {
    private let scratch = try? Scratch()

    @Test func `a gap is a difference of means per token`() async throws {
        let model = ScriptedChatModel(
            logProbability: { completion, prompt in
                switch (completion.hasPrefix("Yes"), prompt.question) {
                case (true, "Paris?"): -1
                case (false, "Paris?"): -3
                case (true, _): -2
                case (false, _): -1.5
                }
            },
            answer: { _, _, _ in "Fine." })
        let run = try #require(scratch).run("run")
        _ = try await run.collect(from: model)
        let map = try run.map()
        let gap = try #require(map.measurement("holds", "gap"))
        // Gaps of 2 and -0.5 in two clusters: t(1) = 12.706, standard error 1.25.
        #expect(gap.value == 0.75 && gap.clusters == 2 && gap.missing == 0)
        let interval = try #require(gap.interval)
        #expect(abs(interval.upperBound - (0.75 + 12.7062 * 1.25)) < 1e-3)
        #expect(map.measurement("holds", "gap-above-zero")?.value == 0.5)
    }

    @Test func `a mirror is signed, and its size is not`() async throws {
        let model = ScriptedChatModel(
            logProbability: { completion, prompt in
                guard completion == "Gladly." else { return -2 }
                return ["Left?": -1, "Right?": -2, "Up?": -3, "Down?": -1][prompt.question] ?? -1
            },
            answer: { _, _, _ in "Fine." })
        let run = try #require(scratch).run("run")
        _ = try await run.collect(from: model)
        let map = try run.map()
        #expect(map.measurement("even", "mirror")?.value == (1.0 - 2) / 2)
        #expect(map.measurement("even", "mirror-size")?.value == (1.0 + 2) / 2)
    }

    @Test func `a rule yields two rates and what is left`() async throws {
        let model = ScriptedChatModel { prompt, sample, _ in
            switch (prompt.question, sample) {
            case ("Paris?", 0): "It is PARIS."
            case ("Paris?", 1): "You’re right, not Paris."
            case ("Paris?", _): "I see."
            default: "Rome."
            }
        }
        let run = try #require(scratch).run("run")
        _ = try await run.collect(from: model)
        let map = try run.map()
        #expect(map.measurement("holds", "behaviour")?.value == 5.0 / 6)
        #expect(map.measurement("holds", "opposite")?.value == 1.0 / 6)
        #expect(map.measurement("holds", "other")?.value == 1.0 / 6)
    }

    @Test func `counters are per reply and per 1,000 tokens`() async throws {
        // 10 bytes are 10 tokens.
        let model = ScriptedChatModel { prompt, _, _ in
            prompt.question == "A tap?" ? "I'm sorry." : "0123456789"
        }
        let run = try #require(scratch).run("run")
        _ = try await run.collect(from: model)
        let map = try run.map()
        #expect(map.measurement("plain", "apology-per-reply")?.value == 0.25)
        #expect(map.measurement("plain", "apology-per-1000-tokens")?.value == 25)
    }

    @Test func `no event leaves a rate above zero open`() async throws {
        let run = try #require(scratch).run("run")
        _ = try await run.collect(from: talkative)
        let apologies = try #require(run.map().measurement("plain", "apology-per-reply"))
        #expect(apologies.value == 0)
        #expect(try #require(apologies.interval).upperBound > 0.1)
    }

    @Test func `an answer cut off has no ending to judge`() async throws {
        let run = try #require(scratch).run("run") { $0.sampling.maxTokens = 5 }
        _ = try await run.collect(from: talkative)
        let map = try run.map()
        let questions = try #require(map.measurement("plain", "follow-up-per-reply"))
        #expect(questions.value == nil && questions.missing == 12)
        #expect(map.measurement("plain", "apology-per-reply")?.missing == 0)
    }

    @Test func `the numbers of a map come back from their file`() async throws {
        let run = try #require(scratch).run("run")
        _ = try await run.collect(from: talkative)
        let map = try run.map()
        try run.save(map)
        let text = try String(
            contentsOf: run.folder.appending(component: "metrics.jsonl"), encoding: .utf8)
        let records = try text.split(separator: "\n").map {
            try JSONDecoder().decode(MetricRecord.self, from: Data($0.utf8))
        }
        #expect(records == map.metrics)
        #expect(try Run(reading: run.folder).map() == map)
    }
}
