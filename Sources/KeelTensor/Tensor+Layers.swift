internal import CTorch

extension Tensor {
    /// Matrix product over the last two dimensions, the others broadcast.
    public func matmul(_ other: Tensor) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_matmul(raw, other.raw), "matmul", [self, other])
    }

    /// `x Wᵀ + b`: `[…, in]` with a weight of `[out, in]` gives `[…, out]`.
    public func linear(_ weight: Tensor, bias: Tensor? = nil) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_linear(raw, weight.raw, bias?.raw), "linear", [self, weight])
    }

    /// Rows of this table (`[n, C]`) that `indices` (int64, any shape) name: `[…, C]`.
    public func embedding(_ indices: Tensor) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_embedding(raw, indices.raw), "embedding", [self, indices])
    }

    /// Shares that add up to 1 along a dimension.
    public func softmax(_ dimension: Int = -1) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_softmax(raw, Int64(dimension)), "softmax", [self])
    }
    /// Logarithms of `softmax`, computed stably.
    public func logSoftmax(_ dimension: Int = -1) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_log_softmax(raw, Int64(dimension)), "log-softmax", [self])
    }

    /// `x / sqrt(mean(x²) + ε) · w` over the last dimension (Zhang and Sennrich 2019).
    public func rmsNorm(_ weight: Tensor, epsilon: Double) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_rms_norm(raw, weight.raw, epsilon), "rms-norm", [self, weight])
    }
    /// `(x - mean) / sqrt(var + ε) · w + b` over the last dimension.
    public func layerNorm(_ weight: Tensor?, bias: Tensor?, epsilon: Double) throws(TensorError)
        -> Tensor
    {
        try Tensor(
            owning: ct_layer_norm(raw, weight?.raw, bias?.raw, epsilon), "layer-norm", [self])
    }

    /// `silu(self) · up`, the gated unit of a Llama's MLP (Shazeer 2020).
    public func swiGLU(_ up: Tensor) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_swiglu(raw, up.raw), "swiglu", [self, up])
    }

    /// Rotary position embedding in the split-half layout (Su, 2021).
    ///
    /// `x` is `[…, D]`; `cos` and `sin` broadcast against it.
    public func rotary(cos: Tensor, sin: Tensor) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_rotary(raw, cos.raw, sin.raw), "rotary", [self, cos, sin])
    }

    /// `softmax(q kᵀ · scale + mask) v` for queries `[B, H, T, D]` and keys and values `[B, H, S, D]`.
    /// - Parameters:
    ///   - keys: `[B, H, S, D]`.
    ///   - values: `[B, H, S, D]`.
    ///   - mask: Added to the scores; broadcasts to `[B, H, T, S]`; -infinity hides a key.
    ///   - causal: Whether query `t` sees keys up to `t` only; not together with a mask.
    ///   - scale: Usually `1 / sqrt(D)`.
    /// - Returns: `[B, H, T, D]`.
    /// - Throws: `TensorError` when shapes do not fit.
    public func attention(
        keys: Tensor, values: Tensor, mask: Tensor? = nil, causal: Bool = false, scale: Double
    ) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_attention(raw, keys.raw, values.raw, mask?.raw, causal, scale), "attention",
            [self, keys, values] + (mask.map { [$0] } ?? []))
    }

    /// Whether `decodeAttention` is there for heads of this kind.
    public static func canDecode(heads: Int, keyHeads: Int, dimension: Int) -> Bool {
        ct_decodes(Int64(heads), Int64(keyHeads), Int64(dimension))
    }

    /// Attention of one new position of each text to the text and itself, on the CPU.
    ///
    /// Writes the new keys and values into the cache, then reads it once, in order.
    /// - Parameters:
    ///   - key: `[B, 1, Hkv, D]`.
    ///   - value: `[B, 1, Hkv, D]`.
    ///   - keys: The cache, float16, `[rows, Hkv, capacity, D]`; text `b` is in row `b`.
    ///   - values: As `keys`.
    ///   - lengths: Positions that the cache holds of each text.
    ///   - window: How many of the last positions are read, the new one counted; nil for all.
    ///   - scale: Usually `1 / sqrt(D)`.
    /// - Returns: `[B, 1, H, D]`, as the queries.
    /// - Throws: `TensorError` when shapes or types do not fit, or a text has no room for one more.
    public func decodeAttention(
        key: Tensor, value: Tensor, keys: Tensor, values: Tensor, lengths: [Int],
        window: Int? = nil, scale: Double
    ) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_decode_attention(
                raw, key.raw, value.raw, keys.raw, values.raw, lengths.map(Int64.init),
                Int32(lengths.count), Int64(window ?? 0), scale), "decode attention",
            [self, key, keys])
    }

    /// Mean negative log-likelihood, in nats, of `targets` (`[n]`, int64) under logits `[n, V]`.
    /// - Parameters:
    ///   - targets: Class of each row.
    ///   - ignored: Rows whose target is this do not count.
    /// - Returns: A scalar.
    /// - Throws: `TensorError` when shapes do not fit.
    public func crossEntropy(_ targets: Tensor, ignored: Int = -100) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_cross_entropy(raw, targets.raw, Int64(ignored)), "cross-entropy",
            [self, targets])
    }
}
