import KeelLanguage
import KeelModel

/// Measures steering on a fixed set of questions.
struct SteeringProbe {
    let language: LanguageModel
    /// Tokens of each question.
    let prompts: [[Int]]
    /// Of each question, what the tuned and the base model answered.
    let tunedAnswers: [[Passage]]
    let baseAnswers: [[Passage]]
    let options: DiffOptions
    let incoherence: Incoherence
    /// Whether an answer shows what is looked for.
    let detector: ((String) -> Bool)?

    /// What steering does, all ways sampled in one batch.
    /// - Parameter ways: Strengths, and what is done at each.
    /// - Returns: One dose for each way.
    /// - Throws: `CancellationError`; `ModelError`, `TensorError`.
    func doses(_ ways: [(strength: Double, steering: [Steering])]) throws -> [SteeringCurve.Dose] {
        var sampling = options.sampling
        sampling.seed &+= 1
        let drawn = try language.sample(
            ways.flatMap { way in prompts.map { (prompt: $0, steering: way.steering) } },
            samples: 0..<options.samples, options: sampling)
        return try ways.enumerated().map { index, way in
            try Task.checkCancellation()
            let own = drawn[index * prompts.count..<(index + 1) * prompts.count]
            return try dose(way.strength, way.steering, answers: Array(own))
        }
    }

    private func dose(_ strength: Double, _ steering: [Steering], answers: [[Completion]]) throws
        -> SteeringCurve.Dose
    {
        let likeness = try self.likeness(steering)
        let bad = try incoherence.areIncoherent(
            answers.map { $0.map(\.tokens) }, to: prompts, of: language)
        let count = bad.reduce(0) { $0 + $1.count }
        let shown = detector.flatMap { detector in
            MeasuredValue(rateOf: answers.map { $0.map { detector($0.text) ? 1 : 0 } })
        }
        let share = MeasuredValue(rateOf: bad.map { $0.map { $0 ? 1 : 0 } })
        return SteeringCurve.Dose(
            strength: strength,
            likeness: likeness.reduce(0, +) / Double(max(1, likeness.count)),
            likenessInterval: MeasuredValue(meanOf: likeness.map { [$0] }), shown: shown,
            incoherent: Double(bad.reduce(0) { $0 + $1.count { $0 } }) / Double(max(1, count)),
            incoherentInterval: share, answers: count)
    }

    /// Of each question, the log-probability per token of the tuned model's answers less that of the base
    /// model's; a question whose answers are all empty has none.
    private func likeness(_ steering: [Steering]) throws -> [Double] {
        var hooks = Hooks()
        for one in steering { hooks.steer(one) }
        func means(_ answers: [[Passage]]) throws -> [Double] {
            let values = try AnswerLogProbabilities.values(
                of: answers.flatMap(\.self), language.model, hooks: hooks)
            var rest = values[...]
            return answers.map { row in
                let own = rest.prefix(row.count).filter { !$0.isEmpty }
                rest = rest.dropFirst(row.count)
                return own.reduce(0) { $0 + $1.reduce(0, +) / Double($1.count) }
                    / Double(own.count)
            }
        }
        return try zip(means(tunedAnswers), means(baseAnswers)).map { $0 - $1 }
            .filter(\.isFinite)
    }
}
