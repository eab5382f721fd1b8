import KeelTensor

/// What is trained of a sparse autoencoder; decoder rows have length 1.
struct SAEWeights {
    /// `[S, C]`.
    let encoder: Tensor
    /// `[S]`.
    let encoderBias: Tensor
    /// `[S, C]`.
    let decoder: Tensor
    /// `[C]`.
    let decoderBias: Tensor

    var latents: Int { decoder.size(0) }
    var width: Int { decoder.size(1) }

    /// Random directions; the encoder starts as the decoder (Gao 2024, A.1).
    /// - Parameters:
    ///   - latents: `S`.
    ///   - center: `[C]`, where `b_dec` starts.
    ///   - generator: Where directions are drawn from.
    /// - Throws: `TensorError`.
    init(latents: Int, center: Tensor, generator: RandomGenerator) throws {
        let drawn = try Tensor.normal([latents, center.size(0)], generator: generator)
        decoder = try drawn / drawn.norm(1, keeping: true)
        encoder = try decoder * 1
        encoderBias = try .zeros([latents])
        decoderBias = try center * 1
    }

    var named: [(name: String, value: Tensor)] {
        [
            ("encoder", encoder), ("encoder_bias", encoderBias), ("decoder", decoder),
            ("decoder_bias", decoderBias),
        ]
    }

    /// `W_enc (x - b_dec) + b_enc`: `[B, C]` gives `[B, S]`.
    func preActivations(_ x: Tensor) throws -> Tensor {
        try (x - decoderBias).linear(encoder, bias: encoderBias)
    }

    /// The pre-activations of some latents only, so that gradients touch these only: `[n]`.
    func preActivations(_ x: Tensor, at pattern: SparsePattern) throws -> Tensor {
        try pattern.products(x - decoderBias, encoder) + encoderBias.indexed(0, by: pattern.indices)
    }
}
