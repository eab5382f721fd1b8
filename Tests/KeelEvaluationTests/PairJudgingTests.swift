import Foundation
import KeelEvaluation
import KeelLanguage
import TestSupport
import Testing

/// Two runs, answer by answer, in both orders.
struct PairJudgingTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func preferences(
        by judge: any ChatModel, reading: JudgeReading = .quoted,
        baseline: any ChatModel = rude, candidate: any ChatModel = candid
    ) async throws -> Preferences {
        let before = try await scratch.answered("before", by: baseline)
        let after = try await scratch.answered("after", by: candidate)
        let pairs = try PairJudging(
            before, against: after, rubric: "kind",
            by: .test(before.rubrics, reading: reading),
            in: scratch.folder.appending(component: "pairs"))
        #expect(try await pairs.collect(from: judge).isEmpty)
        return try pairs.preferences()
    }

    private static let rude = ScriptedChatModel { prompt, sample, _ in
        "A rude answer \(sample % 3) to \(prompt.question)"
    }

    /// Prefers the first of the two that is kind; else calls them equal.
    private static func pick(_ prompt: Prompt) -> String {
        let read = Read(prompt)
        let index = read.judged.firstIndex { $0.contains("kind") }
        guard let index else { return read.reply("C", quote: "none") }
        return read.reply(index * 2 < read.judged.count ? "A" : "B", quote: read.judged[index])
    }

    @Test func `a preference is one that both orders share`() async throws {
        let found = try await preferences(
            by: ScriptedChatModel { prompt, _, _ in Self.pick(prompt) })
        // Of three answers one is kind after, and none before.
        #expect(found.pairs == 18 && found.identical == 0)
        #expect(found.baselinePreferred == 0 && found.candidatePreferred == 6)
        #expect(found.equal == 12 && found.missing == [:])
        #expect(found.baselineShare?.value == 0)
        #expect(found.firstPlaceShare?.value == 0.5)
    }

    @Test func `equal words are equal without a judge`() async throws {
        let found = try await preferences(
            by: ScriptedChatModel { _, _, _ in
                Issue.record("asked")
                return ""
            }, baseline: candid)
        #expect(found.identical == 18 && found.equal == 0 && found.baselineShare == nil)
    }

    @Test func `a judge that prefers a place decides nothing, and its bias shows`() async throws {
        let first = ScriptedChatModel { prompt, _, _ in
            let read = Read(prompt)
            return read.reply("A", quote: read.judged[0])
        }
        let found = try await preferences(by: first)
        #expect(found.missing == [.positionDependent: 18] && found.baselineShare == nil)
        #expect(found.firstPlaceShare?.value == 1)
    }

    @Test func `a quote must stand in the answer that is preferred`() async throws {
        let judge = ScriptedChatModel { prompt, vote, _ in
            let read = Read(prompt)
            // The baseline is shown first in even votes.
            return read.reply(vote % 2 == 0 ? "A" : "B", quote: "kind answer of mine")
        }
        #expect(try await preferences(by: judge).missing == [.quoteNotFound: 18])
    }

    @Test func `scored, both orders must lean the same way`() async throws {
        let judge = ScriptedChatModel(
            logProbability: { letter, prompt in
                let place = Self.pick(prompt).last.map(String.init) ?? ""
                return (letter == "A" ? -1 : -2) + (letter == place ? 3 : 0)
            }, answer: { _, _, _ in "" })
        let found = try await preferences(by: judge, reading: .scored)
        #expect(found.candidatePreferred == 6)
        #expect(found.missing == [.positionDependent: 12])
    }

    @Test func `a rubric that judges nothing and runs of other suites are refused`() async throws {
        let run = try await scratch.answered("run")
        let folder = scratch.folder.appending(component: "pairs")
        let config = try JudgeConfig.test(run.rubrics)
        #expect(throws: JudgeError.noRubric("warm", known: ["kind"])) {
            try PairJudging(run, against: run, rubric: "warm", by: config, in: folder)
        }
        let other = try await Scratch().answered(
            "other", text: judgedSuiteText.replacing("Tea?", with: "More tea?"))
        #expect(throws: RunError.self) {
            try PairJudging(run, against: other, rubric: "kind", by: config, in: folder)
        }
    }
}
