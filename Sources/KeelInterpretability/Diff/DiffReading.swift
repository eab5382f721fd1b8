import KeelModel
import KeelTensor

/// What one model's stream and latents are on answers: averages over each answer's tokens.
struct DiffReading {
    /// `[answers, S]`.
    var latents: Tensor
    /// `[answers, C]`.
    var stream: Tensor
    /// Lengths of the stream at all tokens of answers.
    var lengths: [Float]

    /// - Parameters:
    ///   - language: Who reads.
    ///   - passages: Questions with answers.
    ///   - autoencoder: Of what leaves block `layer`.
    ///   - layer: The block.
    /// - Throws: `CancellationError`; `ModelError`, `TensorError`.
    init(
        _ language: LanguageModel, _ passages: [Passage], _ autoencoder: SparseAutoencoder,
        layer: Int
    ) throws {
        var latents: [Tensor] = []
        var stream: [Tensor] = []
        var lengths: [Float] = []
        for pack in PackedPassages.packs(passages, tokens: 2048) {
            try Task.checkCancellation()
            let x = try pack.activations(at: [.residPost(layer: layer)], of: language.model)[0]
            try Engine.withoutGradients {
                var start = 0
                for passage in pack.passages {
                    let n = passage.tokens.count
                    let own = passage.answer.isEmpty ? n - 1..<n : passage.answer
                    let rows = try x.narrowed(
                        0, start + own.lowerBound..<start + own.upperBound)
                    latents.append(try autoencoder.encode(rows).mean(0))
                    stream.append(try rows.mean(0))
                    lengths += try rows.norm(1).array(Float.self)
                    start += n
                }
            }
        }
        self.latents = try .stacked(latents)
        self.stream = try .stacked(stream)
        self.lengths = lengths
    }

    var medianLength: Double { Double(lengths.sorted()[lengths.count / 2]) }
}
