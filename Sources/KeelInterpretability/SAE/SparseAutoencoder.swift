public import KeelTensor

/// A sparse autoencoder: writes an activation `x` as a sum of few directions (Bricken 2023).
///
/// `f = σ(W_enc (x - b_dec) + b_enc)`, `x̂ = W_decᵀ f + b_dec`. `S` is the number of latents, `C` the
/// width of an activation.
public struct SparseAutoencoder {
    /// What makes pre-activations sparse; the architecture.
    public var activation: any SAEActivation
    /// `[S, C]`: the transpose of SAELens' `W_enc`.
    public var encoder: Tensor
    /// `[S]`.
    public var encoderBias: Tensor
    /// `[S, C]`: the direction of each latent.
    public var decoder: Tensor
    /// `[C]`.
    public var decoderBias: Tensor
    /// Whether `b_dec` is taken off before encoding.
    public var centersInput = true
    /// Whether an activation is brought to mean 0 and variance 1 before, and back after.
    public var normalizesInput = false

    public init(
        activation: any SAEActivation, encoder: Tensor, encoderBias: Tensor, decoder: Tensor,
        decoderBias: Tensor
    ) {
        self.activation = activation
        self.encoder = encoder
        self.encoderBias = encoderBias
        self.decoder = decoder
        self.decoderBias = decoderBias
    }

    /// Number of latents.
    public var latents: Int { decoder.size(0) }
    /// Numbers of an activation.
    public var width: Int { decoder.size(1) }

    /// Activations of all latents: `[n, C]` gives `[n, S]`.
    public func encode(_ x: Tensor) throws -> Tensor {
        try activation(preActivations(standardized(x).values))
    }

    /// What latents say of an activation: `[n, S]` gives `[n, C]`.
    ///
    /// Where inputs are normalized, the result is in normalized units; `reconstruct(_:)` turns it back.
    public func decode(_ f: Tensor) throws -> Tensor {
        try f.matmul(decoder) + decoderBias
    }

    /// The activation as the autoencoder sees it: `[n, C]` gives `[n, C]`.
    public func reconstruct(_ x: Tensor) throws -> Tensor { try pass(x).reconstruction }

    /// Activations of all latents `[n, S]`, and the activation as the autoencoder sees it `[n, C]`, of
    /// `[n, C]`.
    public func pass(_ x: Tensor) throws -> (latents: Tensor, reconstruction: Tensor) {
        let (values, mean, deviation) = try standardized(x)
        let f = try activation(preActivations(values))
        let y = try decode(f)
        guard let mean, let deviation else { return (f, y) }
        return (f, try y * deviation + mean)
    }

    /// Direction of a latent, of length 1.
    public func direction(_ latent: Int) throws -> [Float] {
        let row = try decoder.selected(0, latent)
        return try (row / row.norm()).array()
    }

    private func preActivations(_ x: Tensor) throws -> Tensor {
        try (centersInput ? x - decoderBias : x).linear(encoder, bias: encoderBias)
    }

    private func standardized(_ x: Tensor) throws -> (
        values: Tensor, mean: Tensor?, deviation: Tensor?
    ) {
        guard normalizesInput else { return (x, nil, nil) }
        let mean = try x.mean(-1, keeping: true)
        // SAELens' order: the deviation of what is centred, with a small number added to it.
        let deviation = try x.variance(-1, keeping: true).sqrt()
        return (try (x - mean) / (deviation + 1e-5), mean, deviation)
    }
}

/// How pre-activations become sparse.
public protocol SAEActivation {
    /// `[n, S]` gives `[n, S]`.
    func callAsFunction(_ pre: Tensor) throws -> Tensor
    /// What SAELens calls the architecture.
    var name: String { get }
    /// All numbers that it depends on.
    func values() throws -> [Float]
}
