import KeelFormats
import KeelLanguage
import KeelModel
import KeelTensor

// The causal screen: directions are tried one by one, and each finished curve is a line on disk.

extension ModelDiff {
    /// Steers the base model the way the tuned one went, and the tuned model back.
    /// - Parameters:
    ///   - changes: All latents, the largest increase first.
    ///   - mean: The mean difference of the streams, `[C]`.
    ///   - length: The median length of the stream, the unit of strengths.
    ///   - baseAnswers: Of each question, the base model's answers.
    ///   - tunedAnswers: Likewise the tuned model's.
    ///   - part: Called before each direction.
    /// - Returns: One curve for each direction and model; none where no strength is asked for.
    /// - Throws: What `part` throws; `TensorError`, `FileError`.
    func curves(
        _ changes: [LatentChange], _ mean: Tensor, _ length: Double, _ baseAnswers: [[Passage]],
        _ tunedAnswers: [[Passage]], part: (String) throws -> Void
    ) throws -> [SteeringCurve] {
        guard !options.strengths.isEmpty else { return [] }
        let path = folder + "/steering.jsonl"
        let writer = try JSONLinesWriter(path: path)
        var finished: [SteeringCurve] = []
        if !writer.isEmpty {
            var reader = try JSONLinesReader<SteeringCurve>(path: path)
            finished = try reader.readAll()
        }
        // Directions point the way the tuned model went.
        var directions: [(name: String, latent: Int?, unit: Tensor)] = []
        let up = changes.prefix(options.screened).filter { $0.change > 0 }
        let down = changes.suffix(options.screened).reversed().filter { $0.change < 0 }
        for (word, latents, sign) in [("up", Array(up), 1.0), ("down", down, -1.0)] {
            for change in latents {
                directions.append(
                    (
                        "latent \(change.latent) \(word)", change.latent,
                        try autoencoder.decoder.selected(0, change.latent) * sign
                    ))
            }
        }
        directions.append(("mean difference", nil, mean))
        directions.append(
            (
                "random", nil,
                try .normal(
                    [autoencoder.width],
                    generator: RandomGenerator(seed: options.sampling.seed))
            ))
        var curves: [SteeringCurve] = []
        for (model, usual, isTuned) in [(base, baseAnswers, false), (tuned, tunedAnswers, true)] {
            let prompts = usual.map { Array($0[0].tokens[..<$0[0].answerStart]) }
            let probe = SteeringProbe(
                language: model, prompts: prompts, tunedAnswers: tunedAnswers,
                baseAnswers: baseAnswers, options: options,
                incoherence: try Incoherence(
                    model, prompts: prompts,
                    usual: usual.map { $0.map { Array($0.tokens[$0.answerStart...]) } }),
                detector: detector)
            var none: SteeringCurve.Dose?
            for (name, latent, direction) in directions {
                try part("steering \(isTuned ? "tuned" : "base"), \(name)")
                if let old = finished.first(where: { $0.name == name && $0.steersTuned == isTuned })
                {
                    curves.append(old)
                    continue
                }
                let vector: [Float] = try (direction / direction.norm() * length).array()
                let sign = isTuned ? -1.0 : 1.0
                // A batch of its own: a run that goes on later draws the same answers.
                let unsteered = try none ?? probe.doses([(strength: 0, steering: [])])[0]
                none = unsteered
                let doses = try probe.doses(
                    options.strengths.map { strength in
                        (
                            strength: strength * sign,
                            steering: [
                                Steering(
                                    vector: vector, layer: layer, action: .add(strength * sign))
                            ]
                        )
                    })
                let curve = SteeringCurve(
                    name: name, latent: latent, steersTuned: isTuned, doses: [unsteered] + doses)
                try writer.append(curve)
                curves.append(curve)
            }
        }
        try writer.synchronize()
        return curves
    }
}
