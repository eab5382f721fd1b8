import KeelCharacter
import KeelLanguage
import KeelTraining

/// Rewards by a principle of a constitution: the mean probability with which an answer is preferred
/// to each of the others, from 0 to 1.
struct PrincipleGrader: Grader {
    let feedback: AIFeedback
    let criterion: Criterion

    func rewards(
        _ answers: [Completion], to row: KeelTraining.PromptRow
    ) async throws -> [Double?] {
        let conversation: [Message] =
            switch row.prompt {
            case .text(let text): [.user(text)]
            case .messages(let messages): messages
            }
        do {
            return try await feedback.winRates(
                of: answers.map(\.text), to: conversation, by: criterion)
        } catch let error as any ModelFailure where error.isLasting {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // A group that could not be compared has no rewards, and is counted as failed.
            return answers.map { _ in nil }
        }
    }
}
