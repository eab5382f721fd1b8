public import KeelLanguage
public import KeelModel

/// What a model answers under steering, strength by strength, with the share of incoherent answers.
public struct DoseResponse: Hashable, Sendable, Codable {
    /// What one strength does.
    public struct Dose: Hashable, Sendable, Codable {
        /// In the units of the direction; 0 is the model as it is.
        public var strength: Double
        /// Share of answers that are incoherent, beside the model's usual answers.
        public var incoherent: Double
        /// Of that share, by question; nil where there are too few.
        public var incoherentInterval: MeasuredValue?
        /// Share of answers that show what was looked for; nil where nothing was.
        public var shown: MeasuredValue?
        /// Answers that the shares are of.
        public var answers: Int
        /// The first question's first answer.
        public var example: String
    }

    /// In the order in which strengths were asked for.
    public var doses: [Dose]

    /// Samples answers to questions at each strength, and without steering under another seed.
    /// - Parameters:
    ///   - language: The model.
    ///   - steering: Added at each strength; their own action is not used.
    ///   - strengths: In the units of the directions.
    ///   - questions: At least two.
    ///   - samples: Answers to each.
    ///   - options: How they are drawn.
    ///   - detector: Whether an answer shows a behaviour that is looked for.
    ///   - onDose: Called with the number of strengths that are done.
    /// - Throws: `ModelError`, `InterpretabilityError`, `TensorError`; `CancellationError`.
    public init(
        _ language: LanguageModel, along steering: [Steering], strengths: [Double],
        questions: [OpenQuestion], samples: Int, options: SamplingOptions,
        detector: ((String) -> Bool)? = nil, onDose: (Int) -> Void = { _ in }
    ) throws {
        let prompts = try questions.map { try language.encode($0.messages) }
        let usual = try language.sample(prompts, samples: 0..<samples, options: options)
        let incoherence = try Incoherence(
            language, prompts: prompts, usual: usual.map { $0.map(\.tokens) })
        var options = options
        options.seed &+= 1
        doses = []
        for strength in ([0] + strengths).sorted() {
            try Task.checkCancellation()
            let answers = try language.sample(
                prompts, samples: 0..<samples, options: options,
                steering: strength == 0
                    ? []
                    : steering.map {
                        Steering(
                            vector: $0.vector, layer: $0.layer, action: .add(strength),
                            positions: $0.positions)
                    })
            let bad = try incoherence.areIncoherent(
                answers.map { $0.map(\.tokens) }, to: prompts, of: language)
            let all = bad.flatMap(\.self)
            let shown = detector.flatMap { detector in
                MeasuredValue(rateOf: answers.map { $0.map { detector($0.text) ? 1 : 0 } })
            }
            doses.append(
                Dose(
                    strength: strength,
                    incoherent: Double(all.count { $0 }) / Double(max(1, all.count)),
                    incoherentInterval: MeasuredValue(rateOf: bad.map { $0.map { $0 ? 1 : 0 } }),
                    shown: shown, answers: all.count, example: answers.first?.first?.text ?? ""))
            onDose(doses.count)
        }
    }
}
