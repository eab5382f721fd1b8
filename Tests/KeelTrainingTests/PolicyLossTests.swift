import Foundation
import KeelModel
import KeelTensor
import KeelTraining
import Testing

/// What GRPO, RLOO and distillation minimise.
@Suite struct PolicyLossTests {
    @Test func `an advantage is a reward less its baseline`() {
        // The deviation is that of a sample, with n - 1.
        let scale = 0.5 / ((1.0 / 3).squareRoot() + 1e-4)
        let group = PolicyObjective.advantages([1, 0, 0, 1], .group)
        for (found, sign) in zip(group, [1.0, -1, -1, 1]) {
            #expect(abs(found - sign * scale) < 1e-12)
        }
        #expect(PolicyObjective.advantages([3, 1, 2], .leaveOneOut) == [1.5, -1.5, 0])
        for baseline in PolicyObjective.Baseline.allCases {
            #expect(PolicyObjective.advantages([0.3], baseline) == [0])
            #expect(PolicyObjective.advantages([2, 2, 2], baseline) == [0, 0, 0])
            let sum = PolicyObjective.advantages([0.1, 0.7, -3, 2], baseline).reduce(0, +)
            #expect(abs(sum) < 1e-12)
        }
    }

    // Ratios above, within and below the clip, with advantages of both signs.
    private static let policy: [Double] = [-1, -1, -1, -1, -1, -1]
    private static let old: [Double] = [-1.5, -1.05, -0.5, -1.5, -1.05, -0.5]
    private static let reference: [Double] = [-0.7, -1, -2, -1.3, -0.9, -1.1]
    private static let advantages: [Double] = [1, 0.5, 2, -1, -0.5, -2]

    private static func gradient(_ policy: [Double], old: [Double], beta: Double) throws -> (
        losses: [Double], gradient: [Double]
    ) {
        var loss = PolicyLoss()
        loss.beta = beta
        let input = try Tensor(policy)
        try input.requireGradient()
        let losses = try loss(
            policy: input, old: Tensor(old), reference: Tensor(reference),
            advantages: Tensor(advantages))
        try losses.sum().backward()
        return (try losses.detached().array(), try #require(input.gradient).array())
    }

    @Test(arguments: [0, 0.04, 1] as [Double])
    func `a token's loss is clipped, kept near the reference, and has its gradient`(beta: Double)
        throws
    {
        let found = try Self.gradient(Self.policy, old: Self.old, beta: beta)
        for index in Self.policy.indices {
            let (advantage, reference) = (Self.advantages[index], Self.reference[index])
            func loss(_ policy: Double) -> Double {
                let ratio = exp(policy - Self.old[index])
                let clipped = ratio < 0.8 ? 0.8 : ratio > 1.2 ? 1.2 : ratio
                let gain = advantage > 0 ? min(ratio, clipped) : max(ratio, clipped)
                let distance = reference - policy
                return beta * (exp(distance) - distance - 1) - gain * advantage
            }
            let at = Self.policy[index]
            #expect(abs(found.losses[index] - loss(at)) < 1e-12)
            let slope = (loss(at + 1e-5) - loss(at - 1e-5)) / 2e-5
            #expect(abs(found.gradient[index] - slope) < 1e-8)
        }
    }

    @Test func `on own samples the gradient is the advantage's and the divergence's`() throws {
        let found = try Self.gradient(Self.policy, old: Self.policy, beta: 0.3)
        for index in Self.policy.indices {
            let divergence = 0.3 * (1 - exp(Self.reference[index] - Self.policy[index]))
            #expect(abs(found.gradient[index] - (divergence - Self.advantages[index])) < 1e-12)
        }
    }

    @Test func `the divergence from the model without its adapter has its gradient`() async throws {
        let (language, adapter) = try Golden.adapted()
        for (name, value) in adapter.parameters where name.contains("lora_B") {
            try value.fill(0.05)
        }
        var options = PolicyObjective.Options()
        options.answers = 2
        options.maxTokens = 6
        options.loss.beta = 1
        // All rewards are equal, so only the divergence is left.
        let objective = PolicyObjective(
            language, adapter: adapter, grader: RuleGrader { _ in 1 }, options: options)
        let row = try JSONDecoder().decode(
            PromptRow.self, from: Data(#"{"prompt": "the keel"}"#.utf8))
        let items = try await objective.items(for: [row], step: 0)
        let loss = try objective.loss(of: items, ForwardPass())
        #expect(loss.means.values["loss"] == loss.means.values["kl"])
        #expect(try loss.sum.item() > 0)
        let slopes = try Golden.slopes(adapter.parameters.map(\.value)) {
            try objective.loss(of: items, ForwardPass()).sum
        }
        #expect(abs(slopes.difference - slopes.gradient) < 0.01 * slopes.gradient, "\(slopes)")
    }

    @Test func `reverse KL is the student's mean of the difference, and has its gradient`() throws {
        let teacher = try Tensor([0.2, -1, 0.5, 1.3, 0, 2] as [Double], shape: [2, 3]).logSoftmax()
        let logits: [Double] = [0.7, 0.1, -0.4, 0.9, -2, 0.3]
        func divergence(_ logits: [Double]) throws -> (input: Tensor, rows: Tensor) {
            let input = try Tensor(logits, shape: [2, 3])
            try input.requireGradient()
            return (input, try reverseKL(student: input.logSoftmax(), teacher: teacher))
        }
        let (input, rows) = try divergence(logits)
        try rows.sum().backward()
        let gradient: [Double] = try #require(input.gradient).array()
        for index in logits.indices {
            func moved(_ step: Double) throws -> Double {
                var at = logits
                at[index] += step
                return try divergence(at).rows.sum().item()
            }
            let slope = try (moved(1e-5) - moved(-1e-5)) / 2e-5
            #expect(abs(gradient[index] - slope) < 1e-8)
        }
        // Halves beside a quarter and three quarters.
        let even = try Tensor([0.5, 0.5] as [Double], shape: [1, 2]).log()
        let uneven = try Tensor([0.25, 0.75] as [Double], shape: [1, 2]).log()
        let wanted = 0.5 * log(2) + 0.5 * log(2.0 / 3)
        #expect(abs(try reverseKL(student: even, teacher: uneven).item() - wanted) < 1e-12)
    }
}
