public import KeelModel
import KeelTensor

/// How well an autoencoder does on activations it has not seen.
public struct SAEQuality: Hashable, Sendable, Codable {
    /// Activations that were measured.
    public var rows = 0
    /// `1 - Σ‖x - x̂‖² / Σ‖x - x̄‖²`.
    public var explainedVariance = 0.0
    /// Active latents of a token, on average.
    public var l0 = 0.0
    /// Share of latents that no row activated.
    public var dead = 0.0
    /// Mean cosine between an activation and its reconstruction.
    public var cosine = 0.0
    /// Mean length of reconstructions over that of activations.
    public var lengthRatio = 0.0

    /// Reads rows of a store, some thousands at a time.
    /// - Parameters:
    ///   - autoencoder: What is judged.
    ///   - store: Activations of its hook point.
    ///   - rows: Which.
    /// - Throws: `InterpretabilityError.unsupported` where widths differ; `TensorError`.
    public init(_ autoencoder: SparseAutoencoder, on store: ActivationStore, rows: Range<Int>)
        throws
    {
        try autoencoder.checkFits(store)
        self.rows = rows.count
        try Engine.withoutGradients {
            var sum = try Tensor.zeros([store.width], type: .float64)
            var (squares, residual, active) = (0.0, 0.0, 0.0)
            let fired = try Tensor.zeros([autoencoder.latents])
            for start in stride(from: rows.lowerBound, to: rows.upperBound, by: 2048) {
                let x = try store.rows(start..<min(start + 2048, rows.upperBound))
                let (f, y) = try autoencoder.pass(x)
                let wide = try x.to(.float64)
                sum = try sum + wide.sum(0)
                squares += try wide.square().sum().item()
                residual += try (x - y).to(.float64).square().sum().item()
                let on = try (f .> 0).to(.float32)
                active += try on.sum().item()
                try fired.add(on.sum(0))
                let lengths = try (x.norm(1), y.norm(1))
                let products =
                    try (x * y).sum(1) / (lengths.0 * lengths.1).clamped(to: 1e-12...1e30)
                cosine += try products.sum().item()
                lengthRatio += try (lengths.1 / lengths.0.clamped(to: 1e-12...1e30)).sum().item()
            }
            let n = Double(rows.count)
            explainedVariance = try 1 - residual / (squares - sum.square().sum().item() / n)
            l0 = active / n
            dead = try (fired .== 0).to(.float32).mean().item()
            cosine /= n
            lengthRatio /= n
        }
    }
}

/// What a model loses when it goes on from reconstructions, in nats per token.
public struct SplicedLoss: Hashable, Sendable, Codable {
    /// Tokens that were predicted.
    public var tokens = 0
    /// Mean loss of the model as it is, in nats per token.
    public var clean = 0.0
    /// The same with what the autoencoder makes of the stream in its place.
    public var spliced = 0.0
    /// With the stream set to zero.
    public var ablated = 0.0
    /// `KL(clean ‖ spliced)` over the vocabulary.
    public var divergence = 0.0

    /// `(ablated - spliced) / (ablated - clean)`: SAELens' `ce_loss_score`.
    public var recovered: Double { (ablated - spliced) / (ablated - clean) }

    /// Runs a model on passages as it is, through the autoencoder, and with nothing there.
    ///
    /// Skipped positions are left as they are in both.
    /// - Parameters:
    ///   - language: The model.
    ///   - autoencoder: Of activations at `point`.
    ///   - point: Where it is put in.
    ///   - passages: What is read.
    ///   - skip: Positions at each start that the autoencoder was not trained on.
    /// - Throws: `ModelError`, `TensorError`.
    public init(
        _ language: LanguageModel, _ autoencoder: SparseAutoencoder, at point: HookPoint,
        on passages: [Passage], skip: Int
    ) throws {
        let model = language.model
        try Engine.withoutGradients {
            for passage in passages where passage.tokens.count > skip + 1 {
                let n = passage.tokens.count
                let tokens = try Tensor(passage.tokens, shape: [1, n]).to(device: model.device)
                let kept = skip..<n
                let targets = try Tensor(Array(passage.tokens[(skip + 1)...])).unsqueezed(1)
                func logits(_ replace: ((Tensor) throws -> Tensor)?) throws -> Tensor {
                    var hooks = Hooks()
                    if let replace {
                        hooks.at(point) { activation in
                            let shape = activation.shape
                            let flat = try activation.reshaped(n, -1)
                            let rest = try flat.narrowed(0, 0..<skip)
                            let new = try replace(
                                flat.narrowed(0, kept).to(.float32, device: .cpu)
                            ).to(flat.elementType(), device: flat.device)
                            return try Tensor.concatenated([rest, new], dimension: 0)
                                .reshaped(shape)
                        }
                    }
                    let hidden = try model(tokens, hooks: hooks).squeezed(0)
                    return try model.logits(hidden.narrowed(0, skip..<n - 1))
                        .to(.float32, device: .cpu).logSoftmax()
                }
                let original = try logits(nil)
                let through = try logits { try autoencoder.reconstruct($0) }
                let without = try logits { try $0 * 0 }
                func loss(_ logprobs: Tensor) throws -> Double {
                    try -logprobs.gathered(1, by: targets).sum().item()
                }
                clean += try loss(original)
                spliced += try loss(through)
                ablated += try loss(without)
                divergence += try (original.exp() * (original - through)).sum().item()
                self.tokens += n - 1 - skip
            }
        }
        guard self.tokens > 0 else {
            throw InterpretabilityError.unsupported(
                "No passage is long enough to measure a loss on.")
        }
        let count = Double(self.tokens)
        clean /= count
        spliced /= count
        ablated /= count
        divergence /= count
    }
}
