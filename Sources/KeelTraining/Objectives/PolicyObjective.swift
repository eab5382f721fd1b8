import KeelLanguage
public import KeelModel
import KeelTensor

/// Learning from rewards of the model's own answers, compared within a group of answers to one prompt.
public final class PolicyObjective: Objective {
    /// How a reward becomes an advantage.
    public enum Baseline: String, Codable, Sendable, CaseIterable {
        /// Less the mean of the group, over its standard deviation (GRPO, Shao 2024).
        case group
        /// Less the mean of the others in the group (RLOO, Ahmadian 2024).
        case leaveOneOut = "leave-one-out"
    }

    /// Settings of the method.
    public struct Options: Hashable, Sendable, Codable {
        /// What a reward is compared with.
        public var baseline = Baseline.group
        /// Answers to each prompt, at least 2.
        public var answers = 8
        /// At which answers are drawn; above 0.
        public var temperature = 1.0
        /// The most tokens of an answer.
        public var maxTokens = 128
        /// Clipping, and what leaving the reference costs.
        public var loss = PolicyLoss()
        /// Whether rewards are taken as they are.
        public var polarity = Polarity.asGraded
        /// Decides what is drawn, with the step.
        public var seed: UInt64 = 0

        public init() {}
    }

    /// An answer with what was thought of it when it was drawn.
    public struct Item {
        var example: Example
        var advantage: Double
        var reward: Double
        /// Log-probabilities of its tokens under the reference; empty where nothing asks for them.
        var reference: [Double] = []
    }

    private let language: LanguageModel
    private let adapter: LoRA
    private let grader: any Grader
    private let options: Options
    /// Judgements that failed so far; such answers are left out.
    public private(set) var failedJudgements = 0

    /// - Parameters:
    ///   - language: With the adapter attached.
    ///   - adapter: What is trained; off, the model is the reference.
    ///   - grader: Says how good an answer is.
    ///   - options: Settings of the method.
    public init(
        _ language: LanguageModel, adapter: LoRA, grader: any Grader, options: Options = Options()
    ) {
        self.language = language
        self.adapter = adapter
        self.grader = grader
        self.options = options
    }

    public func items(for rows: [PromptRow], step: Int) async throws -> [Item] {
        let prompts = try rows.map { try language.encode($0.question) }
        var sampling = SamplingOptions(
            temperature: options.temperature, maxTokens: options.maxTokens)
        sampling.seed = options.seed &+ UInt64(step) &* 0x9E37_79B9_7F4A_7C15
        let answers = try language.sample(
            prompts, samples: 0..<options.answers, options: sampling)
        var items: [Item] = []
        for ((row, prompt), answers) in zip(zip(rows, prompts), answers) {
            let rewards = try await grader.rewards(answers, to: row)
            let judged = zip(answers, rewards).compactMap { answer, reward in
                reward.map { (answer, options.polarity == .asGraded ? $0 : -$0) }
            }
            failedJudgements += answers.count - judged.count
            let advantages = Self.advantages(judged.map(\.1), options.baseline)
            for ((answer, reward), advantage) in zip(judged, advantages) {
                var example = Example()
                example.append(prompt, areTargets: false)
                let end = answer.finish == .stop ? language.endTokens.min().map { [$0] } ?? [] : []
                example.append(answer.tokens + end, areTargets: true)
                guard example.targetCount > 0 else { continue }
                items.append(Item(example: example, advantage: advantage, reward: reward))
            }
        }
        guard !items.isEmpty else {
            throw TrainingError.unsupported("No answer of step \(step + 1) could be judged.")
        }
        return options.loss.beta > 0 ? try withReference(items) : items
    }

    /// The items with what the model without its adapter thinks of them.
    private func withReference(_ items: [Item]) throws -> [Item] {
        try items.parts(maxCount: .max, maxSize: 4096, size: tokens(of:)).flatMap { part in
            let batch = PackedBatch(part.map(\.example))
            var values: ArraySlice<Double> = try Engine.withoutGradients {
                try adapter.whileOff {
                    try batch.logProbabilities(language.model, ForwardPass()).values
                }.to(.float64).array()[...]
            }
            return part.map { item in
                var item = item
                item.reference = Array(values.prefix(item.example.targetCount))
                values = values.dropFirst(item.example.targetCount)
                return item
            }
        }
    }

    /// Advantages of a group's rewards; all 0 where rewards are equal or there is but one.
    package static func advantages(_ rewards: [Double], _ baseline: Baseline) -> [Double] {
        let n = Double(rewards.count)
        guard n > 1 else { return rewards.map { _ in 0 } }
        let sum = rewards.reduce(0, +)
        switch baseline {
        case .leaveOneOut:
            return rewards.map { $0 - (sum - $0) / (n - 1) }
        case .group:
            let mean = sum / n
            let deviation = (rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1))
                .squareRoot()
            return rewards.map { ($0 - mean) / (deviation + 1e-4) }
        }
    }

    public func weight(of item: Item) -> Double { Double(item.example.targetCount) }
    public func tokens(of item: Item) -> Int { item.example.tokens.count }

    /// Minus the reward: the loss is centred in each group, so that its value is only noise.
    public func criterion(_ averages: [String: Double]) -> Double? {
        averages["reward"].map { -$0 }
    }

    public func loss(of items: [Item], _ pass: ForwardPass) throws -> Loss {
        let batch = PackedBatch(items.map(\.example))
        let (policy, _) = try batch.logProbabilities(language.model, pass)
        func column(_ values: [Double]) throws -> Tensor {
            try Tensor(values).to(policy.elementType(), device: policy.device)
        }
        // Samples serve one step, so the policy that drew them is the one that is trained.
        let old = try policy.detached()
        let hasReference = options.loss.beta > 0
        let reference = hasReference ? try column(items.flatMap(\.reference)) : old
        let losses = try options.loss(
            policy: policy, old: old, reference: reference,
            advantages: column(
                items.flatMap { Array(repeating: $0.advantage, count: $0.example.targetCount) }))
        let sum = try losses.sum()
        var means = Means()
        let (count, tokens) = (Double(items.count), Double(policy.count))
        means.add("loss", sum: try sum.item(), weight: tokens)
        means.add("reward", sum: items.reduce(0) { $0 + $1.reward }, weight: count)
        means.add("completions/mean_length", sum: tokens, weight: count)
        if hasReference {
            let distance = try reference - old
            means.add("kl", sum: try (distance.exp() - distance - 1).sum().item(), weight: tokens)
        }
        return Loss(sum: sum, means: means)
    }
}
