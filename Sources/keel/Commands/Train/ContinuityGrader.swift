import KeelGuardian
import KeelLanguage
import KeelTraining

/// Rewards a kept thread: 1; -1 for one that is broken or held by clinging, 0 for what is beside it.
struct ContinuityGrader: Grader {
    let reward: ContinuityReward

    /// With the rules that ship with Keel.
    static func shipped() throws -> ContinuityGrader {
        ContinuityGrader(reward: try ContinuityReward.shipped())
    }

    func rewards(_ answers: [Completion], to row: KeelTraining.PromptRow) -> [Double?] {
        let conversation: [Message] =
            switch row.prompt {
            case .text(let text): [.user(text)]
            case .messages(let messages): messages
            }
        return answers.map {
            reward.finding(of: $0.text, isWhole: $0.finish == .stop, after: conversation).reward
        }
    }
}
