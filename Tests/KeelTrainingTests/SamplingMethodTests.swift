import Foundation
import KeelLanguage
import KeelModel
import KeelTensor
import KeelTraining
import Synchronization
import Testing

/// Methods that learn from the model's own answers.
@Suite struct SamplingMethodTests {
    private static func rows(_ count: Int) throws -> [PromptRow] {
        try (0..<count).map {
            try JSONDecoder().decode(
                PromptRow.self, from: Data(#"{"prompt": "the keel \#($0)", "answer": "7"}"#.utf8))
        }
    }

    private static var options: TrainingOptions {
        var options = TrainingOptions()
        options.epochs = 100
        options.maxSteps = 12
        options.batchSize = 2
        options.learningRate = 2e-2
        options.schedule = .constant
        return options
    }

    /// Likes the first third of the vocabulary.
    private struct LowTokens: Grader {
        func rewards(_ answers: [Completion], to row: PromptRow) -> [Double?] {
            answers.map { answer in
                Double(answer.tokens.count { $0 < 90 }) / Double(max(1, answer.tokens.count))
            }
        }
    }

    @Test(arguments: PolicyObjective.Baseline.allCases)
    func `rewards rise, and with the polarity asked for by name they fall`(
        _ baseline: PolicyObjective.Baseline
    ) async throws {
        var options = Self.options
        options.maxSteps = 30
        for polarity in Polarity.allCases {
            let (language, adapter) = try Golden.adapted()
            var method = PolicyObjective.Options()
            method.baseline = baseline
            method.answers = 32
            method.maxTokens = 4
            method.loss.beta = 0
            method.polarity = polarity
            let trainer = try Trainer(
                PolicyObjective(
                    language, adapter: adapter, grader: LowTokens(), options: method),
                parameters: adapter.parameters, rows: Self.rows(4), options: options)
            let recorder = Recorder()
            trainer.observers = [recorder]
            try await trainer.run()
            let rewards = recorder.values("reward")
            let (first, last) = (
                rewards.prefix(5).reduce(0, +), rewards.suffix(5).reduce(0, +)
            )
            #expect(last > first, "\(polarity): \(rewards)")
        }
    }

    /// Rewards all answers alike, at each call by a step more.
    private final class Drifting: Grader {
        private let step: Double
        private let reward = Mutex(0.0)

        init(step: Double) {
            self.step = step
        }

        func rewards(_ answers: [Completion], to row: PromptRow) -> [Double?] {
            let new = reward.withLock { reward in
                reward += step
                return reward
            }
            return answers.map { _ in new }
        }
    }

    @Test(arguments: [(1, 5), (-1, 3)] as [(Double, Int)])
    func `a run ends early by the reward, not by the loss`(step: Double, steps: Int) async throws {
        let (language, adapter) = try Golden.adapted()
        var options = Self.options
        options.maxSteps = 5
        options.evalEvery = 1
        options.patience = 2
        var method = PolicyObjective.Options()
        method.answers = 2
        method.maxTokens = 4
        // Of equal rewards, the loss stays 0.
        method.loss.beta = 0
        let rows = try Self.rows(2)
        let trainer = try Trainer(
            PolicyObjective(
                language, adapter: adapter, grader: Drifting(step: step), options: method),
            parameters: adapter.parameters, rows: rows, evaluation: rows, options: options)
        let recorder = Recorder()
        trainer.observers = [recorder]
        try await trainer.run()
        #expect(recorder.values("eval_loss").allSatisfy { $0 == 0 })
        #expect(recorder.reports.count == steps)
    }

    @Test func `a judgement that failed is left out, and counted`() async throws {
        struct Unsure: Grader {
            func rewards(_ answers: [Completion], to row: PromptRow) -> [Double?] {
                answers.indices.map { $0 == 0 ? nil : Double($0) }
            }
        }
        let (language, adapter) = try Golden.adapted()
        var method = PolicyObjective.Options()
        method.answers = 3
        method.maxTokens = 4
        let objective = PolicyObjective(
            language, adapter: adapter, grader: Unsure(), options: method)
        let items = try await objective.items(for: Self.rows(2), step: 0)
        #expect(items.count == 4 && objective.failedJudgements == 2)
    }

    @Test func `an exact answer is the last word or number`() throws {
        let row = try #require(Self.rows(1).first)
        let answers = ["It is 7.", "7 or 8", "1,007", "seven", "So: **7**"].map {
            Completion(text: $0, tokens: [], finish: .stop)
        }
        #expect(ExactAnswerGrader().rewards(answers, to: row) == [1, 0, 0, 0, 1])
    }

    @Test func `what a system prompt does goes into the weights`() async throws {
        let (language, adapter) = try Golden.adapted()
        var rows: [PromptRow] = []
        for text in ["one", "two"] {
            rows.append(
                try JSONDecoder().decode(
                    PromptRow.self,
                    from: Data(#"{"messages": [{"role": "user", "content": "\#(text)"}]}"#.utf8)))
        }
        var method = DistillationObjective.Options(system: "You speak of ships.")
        method.maxTokens = 12
        // Answers of a step are drawn apart, and how far they are from the prompted ones varies.
        var options = Self.options
        options.maxSteps = 60
        let trainer = try Trainer(
            DistillationObjective(language, adapter: adapter, options: method),
            parameters: adapter.parameters, rows: rows, options: options)
        let recorder = Recorder()
        trainer.observers = [recorder]
        try await trainer.run()
        let losses = recorder.values("loss")
        #expect(losses.allSatisfy { $0 >= 0 })
        let (first, last) = (losses.prefix(8).reduce(0, +), losses.suffix(8).reduce(0, +))
        #expect(last < 0.7 * first, "\(losses)")
    }
}
