import KeelLanguage
public import KeelModel
package import KeelTensor

/// Puts what a system prompt does into the weights, on the model's own answers.
///
/// The student answers without the prompt. For each of its tokens, the divergence from the teacher,
/// the same model with the prompt and without the trained adapter, is made smaller: the mean of
/// `KL(student ‖ teacher)` over whole next-token distributions (Agarwal 2024, "on-policy distillation").
public final class DistillationObjective: Objective {
    /// Settings of the method.
    public struct Options: Hashable, Sendable, Codable {
        /// What the teacher is told and the student is not.
        public var system: String
        /// At which the student's answers are drawn; above 0.
        public var temperature = 1.0
        /// The most tokens of an answer.
        public var maxTokens = 96
        /// Decides what is drawn, with the step.
        public var seed: UInt64 = 0

        public init(system: String) {
            self.system = system
        }
    }

    /// One answer, as the student and as the teacher read it.
    public struct Item {
        var student: Example
        var teacher: Example
    }

    private let language: LanguageModel
    private let adapter: LoRA
    private let options: Options

    /// - Parameters:
    ///   - language: With the adapter attached.
    ///   - adapter: What is trained; off, the model is the teacher.
    ///   - options: Settings of the method.
    public init(_ language: LanguageModel, adapter: LoRA, options: Options) {
        self.language = language
        self.adapter = adapter
        self.options = options
    }

    public func items(for rows: [PromptRow], step: Int) throws -> [Item] {
        let students = try rows.map { try language.encode($0.question) }
        var sampling = SamplingOptions(
            temperature: options.temperature, maxTokens: options.maxTokens)
        sampling.seed = options.seed &+ UInt64(step) &* 0x9E37_79B9_7F4A_7C15
        let answers = try language.sample(students, samples: 0..<1, options: sampling)
        var items: [Item] = []
        for ((row, prompt), answers) in zip(zip(rows, students), answers) {
            let taught = try language.encode(row.question.withSystem(options.system))
            for answer in answers {
                let end = answer.finish == .stop ? language.endTokens.min().map { [$0] } ?? [] : []
                guard !(answer.tokens + end).isEmpty else { continue }
                var item = Item(student: Example(), teacher: Example())
                item.student.append(prompt, areTargets: false)
                item.student.append(answer.tokens + end, areTargets: true)
                item.teacher.append(taught, areTargets: false)
                item.teacher.append(answer.tokens + end, areTargets: true)
                items.append(item)
            }
        }
        guard !items.isEmpty else {
            throw TrainingError.unsupported("All answers of step \(step + 1) are empty.")
        }
        return items
    }

    public func weight(of item: Item) -> Double { Double(item.student.targetCount) }
    public func tokens(of item: Item) -> Int {
        item.student.tokens.count + item.teacher.tokens.count
    }

    public func loss(of items: [Item], _ pass: ForwardPass) throws -> Loss {
        let model = language.model
        let teacher = try Engine.withoutGradients {
            try adapter.whileOff {
                try PackedBatch(items.map(\.teacher)).hiddenBeforeTargets(model, ForwardPass())
            }
        }
        let batch = PackedBatch(items.map(\.student))
        let student = try batch.hiddenBeforeTargets(model, pass)
        let count = student.size(0)
        var sums: [Tensor] = []
        for start in stride(from: 0, to: count, by: 128) {
            let rows = start..<min(start + 128, count)
            let wanted = try teacher.narrowed(0, rows)
            // Logits of both are large; they are computed again for the backward pass.
            sums.append(
                try student.narrowed(0, rows).checkpointed { part in
                    let target = try Engine.withoutGradients {
                        try model.logits(wanted).to(.float32).logSoftmax()
                    }
                    return try reverseKL(
                        student: model.logits(part).to(.float32).logSoftmax(), teacher: target
                    ).sum()
                })
        }
        let sum = try Tensor.stacked(sums).sum()
        var means = Means()
        means.add("loss", sum: try sum.item(), weight: Double(count))
        means.add("completions/mean_length", sum: Double(count), weight: Double(items.count))
        return Loss(sum: sum, means: means)
    }
}

/// `Σ_v p_v (log p_v − log q_v)` of each row, in nats: `[n, V]` twice gives `[n]`.
package func reverseKL(student p: Tensor, teacher q: Tensor) throws -> Tensor {
    try (p.exp() * (p - q)).sum(-1)
}
