import KeelEvaluation
import KeelLanguage
import TestSupport
import Testing

/// A judge's verdicts compared within mirrored pairs.
struct MirroredJudgeTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static let suite =
        judgedSuiteText
        .replacing(
            "- {kind: judge, rubric: kind, better: higher}",
            with: "- {kind: judge, rubric: kind, better: higher}\n"
                + "      - {kind: mirror, of: judge, better: zero}"
        )
        .replacing(
            "- {id: bye, cluster: b, ask: Bye?, system: Be brief.}",
            with: "- {id: hi, cluster: a, mirrors: hello, ask: Hi?}\n"
                + "      - {id: bye, cluster: b, ask: Bye?}\n"
                + "      - {id: ciao, cluster: b, mirrors: bye, ask: Ciao?}")

    /// Kind to one side of each pair, and to the other every second time.
    private let leaning = ScriptedChatModel { prompt, sample, _ in
        let isMirror = ["Hi?", "Ciao?"].contains(prompt.question)
        return isMirror && sample % 2 == 1 ? "A flat answer of mine" : "A kind answer of mine"
    }

    @Test func `what one side gets more of is the difference of shares`() async throws {
        let run = try await scratch.answered("run", by: leaning, text: Self.suite)
        #expect(try run.map().measurement("kindness", "mirror-judge") == nil)
        _ = try await run.judge(by: honestJudge)
        let mirror = try #require(try run.map().measurement("kindness", "mirror-judge"))
        #expect(mirror.value == 0.5 && mirror.readings == 12 && mirror.missing == 0)
        #expect(mirror.probes == 2 && mirror.metric.better == .zero)
    }

    @Test func `it is compared where one judge read both runs, and only there`() async throws {
        let run = try await scratch.answered("run", by: leaning, text: Self.suite)
        _ = try await run.judge(by: honestJudge)
        let even = try await scratch.answered("even", by: kindAlways, text: Self.suite)
        let half = try Comparison(of: run, with: even)
        #expect(!half.changes.contains { $0.metric.id == "mirror-judge" })
        _ = try await even.judge(by: honestJudge)
        let both = try Comparison(of: run, with: even)
        let change = try #require(both.changes.first { $0.metric.id == "mirror-judge" })
        #expect(change.baseline == 0.5 && change.candidate == 0)
    }

    private let kindAlways = ScriptedChatModel { _, _, _ in "A kind answer of mine" }

    @Test func `without a judge's measure beside it, it is refused`() throws {
        let text = Self.suite.replacing(
            "- {kind: judge, rubric: kind, better: higher}",
            with: "- {kind: counter, counter: hedge}")
        let error = #expect(throws: SuiteError.self) { try scratch.suite(text) }
        #expect(error?.description.contains("no measure of kind \"judge\"") == true)
    }
}
