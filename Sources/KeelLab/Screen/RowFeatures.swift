import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelTensor

/// What the base model's stream is on one answer, less what it is where the model is about to answer by
/// itself (projection difference, Chen 2025), and how much the answer surprises it.
package struct RowFeatures: Hashable, Sendable {
    package var domain: String
    package var split: Split
    package var stance: Stance
    /// nil for the right answer.
    package var wrongness: Wrongness?
    /// One `[C]` for each layer that was read.
    package var differences: [[Float]]
    /// Minus the log-probability per token, in nats; nil where it was not asked for.
    package var surprise: Double?

    package init(
        domain: String, split: Split, stance: Stance, wrongness: Wrongness?,
        differences: [[Float]] = [], surprise: Double? = nil
    ) {
        self.domain = domain
        self.split = split
        self.stance = stance
        self.wrongness = wrongness
        self.differences = differences
        self.surprise = surprise
    }

    var isWrong: Bool { wrongness != nil }
}

/// Features of many rows, with the layers that they were read at.
package struct FeatureTable: Sendable {
    package var layers: [Int]
    /// Median length of the stream at each.
    package var medianLengths: [Double]
    package var rows: [RowFeatures]

    /// Shares of the depth at which streams are read: the middle, where traits are found, and a layer on
    /// either side.
    static let depths = [0.4, 0.53, 0.67]

    static func layers(of count: Int) -> [Int] {
        Set(depths.map { min(count - 1, max(0, Int(($0 * Double(count)).rounded()))) }).sorted()
    }

    /// Reads rows, and how much their answers surprise the model.
    /// - Parameters:
    ///   - language: The base model.
    ///   - rows: Questions.
    ///   - wrongness: The wrong answers that are read beside the right one.
    ///   - onRows: Called with how many of how many rows are read.
    /// - Throws: `CancellationError`; `TensorError`, `LanguageError`.
    init(
        _ language: LanguageModel, _ rows: [AdviceRow], wrongness: [Wrongness],
        onRows: (Int, Int) -> Void
    ) throws {
        let layers = Self.layers(of: language.model.configuration.numHiddenLayers)
        let window = language.model.configuration.maxPositionEmbeddings
        var features: [RowFeatures] = []
        var lengths = layers.map { _ in [Double]() }
        for start in stride(from: 0, to: rows.count, by: 16) {
            try Task.checkCancellation()
            var passages: [Passage] = []
            var known: [RowFeatures] = []
            for row in rows[start..<min(start + 16, rows.count)] {
                let kinds: [Wrongness?] = [nil] + wrongness.map(Optional.some)
                let answers = kinds.map { $0.map(row.wrong) ?? row.correct }
                let scores = try language.score(answers, after: .user(row.question))
                for (index, (kind, answer)) in zip(kinds, answers).enumerated() {
                    passages += try language.passages(
                        of: CorpusRow(.answer(.user(row.question), answer)), window: window)
                    known.append(
                        RowFeatures(
                            domain: row.domain, split: row.split, stance: row.stance,
                            wrongness: kind, surprise: -scores[index].mean))
                }
            }
            // Each row is one passage: it is cut at the model's window, never in two.
            guard passages.count == known.count else {
                throw LabError.unsupported("An advice row has no token for this model.")
            }
            let means = try PassageMeans(language, passages, layers: layers)
            for (index, _) in layers.enumerated() {
                lengths[index].append(means.medianLengths[index])
                let values: [Float] = try Engine.withoutGradients {
                    try (means.answers[index] - means.prompts[index]).contiguous().to(
                        .float32, device: .cpu
                    ).array()
                }
                let width = values.count / max(1, known.count)
                for row in known.indices {
                    known[row].differences.append(
                        Array(values[row * width..<(row + 1) * width]))
                }
            }
            features += known
            onRows(min(start + 16, rows.count), rows.count)
        }
        self.layers = layers
        medianLengths = lengths.map { $0.isEmpty ? 1 : $0.sorted()[$0.count / 2] }
        self.rows = features
    }

    package init(layers: [Int], medianLengths: [Double], rows: [RowFeatures]) {
        self.layers = layers
        self.medianLengths = medianLengths
        self.rows = rows
    }
}
