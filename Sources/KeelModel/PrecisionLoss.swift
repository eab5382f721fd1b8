internal import KeelTensor

/// How much less probable a model in other numbers finds a text than a reference does.
public struct PrecisionLoss: Sendable {
    /// Tokens that were predicted: all but the first.
    public let tokens: Int
    /// Sum over these of the reference's log-probability less the other's, in nats; above 0 where the
    /// other is worse.
    public let loss: Double
    /// Sum of the Kullback-Leibler divergence of the other's prediction from the reference's, in nats.
    public let divergence: Double
    /// How often both find the same token the likeliest.
    public let agreements: Int

    /// Reads a text with both.
    /// - Parameters:
    ///   - other: What is asked about.
    ///   - reference: What is taken for right.
    ///   - tokens: The text, at least two tokens; the first 256 are read, or what the window holds.
    /// - Throws: `ModelError.configuration` for a shorter text; `TensorError`.
    public init(of other: LanguageModel, to reference: LanguageModel, tokens: [Int]) throws {
        let limit = min(256, reference.model.configuration.maxPositionEmbeddings)
        let tokens = Array(tokens.prefix(limit))
        guard tokens.count > 1 else {
            throw ModelError.configuration("a text of fewer than two tokens predicts nothing")
        }
        self.tokens = tokens.count - 1
        (loss, divergence, agreements) = try Engine.withoutGradients {
            let expected = try Self.predictions(of: reference, tokens)
            let found = try Self.predictions(of: other, tokens)
            let difference = try expected - found
            let next = try Tensor(Array(tokens.dropFirst())).unsqueezed(1)
            let same = try expected.argmax(1) .== found.argmax(1)
            return (
                try difference.gathered(1, by: next).sum().item(),
                try (expected.exp() * difference).sum().item(),
                Int(try same.to(.float32).sum().item())
            )
        }
    }

    /// Log-probabilities of each token but the first, `[tokens.count - 1, V]`, float32 on the CPU.
    private static func predictions(of language: LanguageModel, _ tokens: [Int]) throws -> Tensor {
        try language.logits(tokens).narrowed(0, 0..<tokens.count - 1).to(.float32, device: .cpu)
            .logSoftmax()
    }
}
