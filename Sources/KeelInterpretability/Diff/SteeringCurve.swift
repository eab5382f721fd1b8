import KeelLanguage
import KeelModel

/// What steering along one direction does, strength by strength.
public struct SteeringCurve: Hashable, Sendable, Codable {
    public struct Dose: Hashable, Sendable, Codable {
        /// In median lengths of the stream; 0 is the model as it is.
        public var strength: Double
        /// Log-probability per token of the tuned model's answers less that of the base model's, over
        /// questions: how much the steered model is like the tuned one, in nats per token.
        public var likeness: Double
        public var likenessInterval: MeasuredValue?
        /// Share of sampled answers that show what was looked for; nil where nothing was.
        public var shown: MeasuredValue?
        /// Share of sampled answers that are incoherent.
        public var incoherent: Double
        public var answers: Int
    }

    /// What is steered along: `latent 12 up`, `mean difference up`.
    public var name: String
    /// nil for a direction that is no latent's.
    public var latent: Int?
    /// Whether the tuned model was steered, else the base model.
    public var steersTuned: Bool
    public var doses: [Dose]

    /// The strongest dose within the limit, and how far it moved likeness; nil where none is.
    public func strongest(limit: Double) -> (dose: Dose, change: Double)? {
        guard let none = doses.first(where: { $0.strength == 0 }),
            let dose = doses.filter({ $0.strength != 0 && $0.incoherent <= limit })
                .max(by: { abs($0.likeness - none.likeness) < abs($1.likeness - none.likeness) })
        else { return nil }
        return (dose, dose.likeness - none.likeness)
    }
}

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

    func dose(_ strength: Double, _ steering: [Steering]) throws -> SteeringCurve.Dose {
        try Task.checkCancellation()
        var hooks = Hooks()
        for one in steering { hooks.steer(one) }
        /// Log-probability per token of each question's answers, on average over them.
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
        // A question whose answers are all empty has no likeness.
        let likeness = try zip(means(tunedAnswers), means(baseAnswers)).map { $0 - $1 }
            .filter(\.isFinite)
        var sampling = options.sampling
        sampling.seed &+= 1
        let answers = try language.sample(
            prompts, samples: 0..<options.samples, options: sampling, steering: steering)
        let bad = try incoherence.areIncoherent(
            answers.map { $0.map(\.tokens) }, to: prompts, of: language)
        let count = bad.reduce(0) { $0 + $1.count }
        let shown = detector.flatMap { detector in
            MeasuredValue(rateOf: answers.map { $0.map { detector($0.text) ? 1 : 0 } })
        }
        return SteeringCurve.Dose(
            strength: strength,
            likeness: likeness.reduce(0, +) / Double(max(1, likeness.count)),
            likenessInterval: MeasuredValue(meanOf: likeness.map { [$0] }), shown: shown,
            incoherent: Double(bad.reduce(0) { $0 + $1.count { $0 } }) / Double(max(1, count)),
            answers: count)
    }
}
