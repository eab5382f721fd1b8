public import KeelFormats
public import KeelModel
import KeelStatistics
import KeelTensor

/// A direction for a trait at each layer: where answers that show it differ from answers that don't
/// (difference of means over answer tokens; persona vectors, Chen 2025).
///
/// Questions are cut in three: on half of them directions are found, on a quarter the layer is chosen,
/// on the last quarter what is reported is measured. So the layer was not chosen on what is reported.
public struct TraitDirection {
    /// What one layer's direction does on questions that it was not found on.
    public struct Layer: Hashable, Sendable, Codable {
        /// The block whose output was read, from 0.
        public var layer: Int
        /// Length of the difference of means over the median length of the stream.
        public var difference: Double
        /// On the questions that the layer is chosen on.
        public var choice: Separation
        /// On the questions of the report.
        public var test: Separation
        /// The same at the last token before the answer, 0.5 where prompts are alike on both sides.
        public var prompt: Separation
        /// Median length of the stream.
        public var medianLength: Double
        /// Mean projections of answers without the trait and of answers with it, over that length, on
        /// the questions of the report.
        public var without: Double
        public var with: Double
    }

    /// One for each layer that was read.
    public private(set) var layers: [Layer] = []
    /// The layer whose direction separates best where the layer is chosen; block 0 if it is the only one.
    public private(set) var chosen = 0
    /// `[C]` by layer, of length 1, from answers without the trait to answers with it.
    public private(set) var directions: [Int: [Float]] = [:]

    /// Finds the direction of a trait.
    /// - Parameters:
    ///   - positive: Answers that show it.
    ///   - negative: Answers that don't.
    ///   - groups: The question of each positive, then of each negative passage; at least 4.
    ///   - language: The model.
    ///   - layers: Blocks, from 0.
    ///   - seed: Of the cut.
    ///   - onPack: Called with the number of passages read.
    /// - Throws: `InterpretabilityError.unsupported` for too few questions.
    public init(
        positive: [Passage], negative: [Passage], groups: [Int], of language: LanguageModel,
        layers: [Int], seed: UInt64, onPack: (Int) -> Void = { _ in }
    ) throws {
        let questions = Set(groups).sorted()
        guard groups.count == positive.count + negative.count, questions.count >= 4 else {
            throw InterpretabilityError.unsupported(
                "A direction is found on half of the questions, chosen and tested on the others: at "
                    + "least 4 questions with answers of both kinds are needed, there are "
                    + "\(questions.count).")
        }
        var random = SeededGenerator(seed: seed)
        let mixed = questions.shuffled(using: &random)
        let half = mixed.count / 2, quarter = (mixed.count - half) / 2
        let parts = [
            Set(mixed[..<half]), Set(mixed[half..<half + quarter]), Set(mixed[(half + quarter)...]),
        ]
        func rows(_ part: Int) -> (positive: [Int], negative: [Int]) {
            let rows = groups.indices.filter { parts[part].contains(groups[$0]) }
            return (
                rows.filter { $0 < positive.count }, rows.filter { $0 >= positive.count }
            )
        }
        for part in 0..<3 where rows(part).positive.isEmpty || rows(part).negative.isEmpty {
            throw InterpretabilityError.unsupported(
                "Some questions have answers of one kind only; each needs both.")
        }
        let means = try PassageMeans(
            language, positive + negative, layers: layers, onPack: onPack)
        try Engine.withoutGradients {
            for (index, layer) in layers.enumerated() {
                let all = means.answers[index]
                func mean(_ rows: [Int]) throws -> Tensor {
                    try all.indexed(0, by: Tensor(rows)).mean(0)
                }
                let difference = try mean(rows(0).positive) - mean(rows(0).negative)
                let length = try difference.norm().item()
                guard length > 0, length.isFinite else { continue }
                let unit = try difference / length
                func along(_ stream: Tensor) throws -> [Double] {
                    try stream.matmul(unit.unsqueezed(1)).squeezed(1).to(.float64).array()
                }
                let projections = try along(all)
                func separation(_ part: Int, _ values: [Double]) -> Separation? {
                    Separation(
                        positive: rows(part).positive.map { values[$0] },
                        negative: rows(part).negative.map { values[$0] })
                }
                guard let choice = separation(1, projections),
                    let test = separation(2, projections),
                    let prompt = separation(2, try along(means.prompts[index]))
                else { continue }
                directions[layer] = try unit.array()
                let median = means.medianLengths[index]
                func reading(_ rows: [Int]) -> Double {
                    rows.reduce(0) { $0 + projections[$1] } / Double(rows.count) / median
                }
                self.layers.append(
                    Layer(
                        layer: layer, difference: length / median, choice: choice, test: test,
                        prompt: prompt, medianLength: median, without: reading(rows(2).negative),
                        with: reading(rows(2).positive)))
            }
        }
        // A control vector has no block 0, so that one is chosen only where there is no other. Of layers
        // that separate alike, the one with the largest effect.
        func rank(_ layer: Layer) -> (Int, Double, Double) {
            (min(layer.layer, 1), layer.choice.auroc, layer.choice.effect ?? 0)
        }
        guard let best = self.layers.max(by: { rank($0) < rank($1) })
        else {
            throw InterpretabilityError.unsupported(
                "The two kinds of answers do not differ at any layer.")
        }
        chosen = best.layer
    }

    /// As a control vector whose strength 1 is the median length of the stream at each layer.
    ///
    /// Block 0 is left out: the format has no place for it.
    public func controlVector(model: String, facts: [String: String] = [:]) -> ControlVectorFile {
        var scaled: [Int: [Float]] = [:]
        for layer in layers where layer.layer >= 1 {
            scaled[layer.layer] = directions[layer.layer]?.map { $0 * Float(layer.medianLength) }
        }
        var facts = facts
        facts["control.site"] = "resid_post"
        facts["control.unit"] = "median residual length"
        facts["control.layer"] = "\(chosen)"
        if let layer = layers.first(where: { $0.layer == chosen }) {
            facts["control.without"] = "\(layer.without)"
            facts["control.with"] = "\(layer.with)"
        }
        return ControlVectorFile(model: model, directions: scaled, facts: facts)
    }
}
