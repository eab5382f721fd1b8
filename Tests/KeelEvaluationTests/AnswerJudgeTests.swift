import KeelEvaluation
import KeelLanguage
import TestSupport
import Testing

/// A judge for answers that belong to no run.
struct AnswerJudgeTests {
    private let rubric: Rubric

    init() throws {
        rubric = try #require(try Scratch().suite(judgedSuiteText).rubric("kind"))
    }

    private func judgement(
        of answer: String, by model: any ChatModel
    ) async throws -> Judgement<Verdict> {
        let config = try JudgeConfig(judge: model.name, rubrics: [rubric])
        return try await AnswerJudge(model, config, rubric: rubric).judgement(
            of: answer, after: [.user("Hello?")], number: 0)
    }

    @Test(arguments: [("kind", Verdict.behaviour), ("rude", .opposite), ("flat", .neither)])
    func `an honest judge's verdict is that of the answer`(word: String, verdict: Verdict)
        async throws
    {
        let judgement = try await judgement(of: "A \(word) answer of mine", by: honestJudge)
        #expect(judgement.choice == verdict)
    }

    @Test func `a failure is missing, unless it lasts`() async throws {
        let failing = ScriptedChatModel { _, _, _ in throw LanguageError.noAnswer(model: "m") }
        #expect(try await judgement(of: "kind", by: failing).missing == .notJudged)
        struct Refused: ModelFailure { var isLasting: Bool { true } }
        let refused = ScriptedChatModel { _, _, _ in throw Refused() }
        await #expect(throws: Refused.self) { try await judgement(of: "kind", by: refused) }
    }
}
