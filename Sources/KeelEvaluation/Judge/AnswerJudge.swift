public import KeelLanguage

/// A judge for answers that belong to no run, such as those a model gives while it is trained.
public struct AnswerJudge: Sendable {
    private let judge: Judge
    private let rubric: Rubric

    /// - Parameters:
    ///   - model: The judge that the configuration names.
    ///   - config: How it is asked.
    ///   - rubric: What it is asked.
    public init(_ model: any ChatModel, _ config: JudgeConfig, rubric: Rubric) {
        judge = Judge(model: model, config: config)
        self.rubric = rubric
    }

    /// Asks the judge about an answer.
    /// - Parameters:
    ///   - answer: What is judged.
    ///   - conversation: What was said before.
    ///   - number: Which of the answers to this conversation it is.
    /// - Returns: The verdict; missing where the judge fails or contradicts itself.
    /// - Throws: A failure of the judge that asking again would not mend, and `CancellationError`.
    public func judgement(
        of answer: String, after conversation: [Message], number: Int
    ) async throws -> Judgement<Verdict> {
        let question = AnswerQuestion(
            rubric: rubric, probe: "", sample: number, before: conversation,
            talk: [.assistant(answer)])
        var votes: [Vote<Verdict>] = []
        for vote in 0..<AnswerQuestion.votes(judge.config) {
            do {
                votes.append(try await judge.vote(vote, on: question))
            } catch let error as any ModelFailure where error.isLasting {
                throw error
            } catch let error as CancellationError {
                throw error
            } catch {
                return Judgement(missing: .notJudged)
            }
        }
        return Judgement(votes: votes, on: question, judge.config.reading)
    }
}
