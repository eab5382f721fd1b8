internal import CTorch

/// The weight `[out, in]` of a linear layer, in the layout this machine multiplies fastest.
///
/// A plain weight can be trained. A packed one is frozen; gradients still pass through it to the
/// layer's input, and to low-rank updates, unless it is held in 8 or 4 bits.
public final class LinearWeight {
    /// `[out, in]`.
    public let shape: [Int]
    /// The weight itself; nil when it is packed.
    public let plain: Tensor?
    private let layout: Layout
    /// Wᵀ in the packed layout; made when the first gradient passes.
    private var transposed: Tensor?

    private enum Layout {
        /// Plain or packed, as large as the numbers are.
        case full(Tensor)
        case quantised(QuantisedWeight)
    }

    /// - Parameters:
    ///   - weight: `[out, in]`.
    ///   - packing: Whether to pack it, where the machine can; the CPU can for float32 and bfloat16.
    public init(_ weight: Tensor, packing: Bool) {
        shape = weight.shape
        let packed =
            packing && weight.device == .cpu
            ? try? Tensor(owning: ct_pack_linear(weight.raw), "pack") : nil
        plain = packed == nil ? weight : nil
        layout = .full(packed ?? weight)
    }

    /// A weight in 8 or 4 bits.
    public init(_ weight: QuantisedWeight) {
        shape = weight.shape
        plain = nil
        layout = .quantised(weight)
    }

    /// What holds the weight.
    public var precision: WeightPrecision {
        switch layout {
        case .full: .full
        case .quantised(let weight): weight.precision
        }
    }

    /// `x Wᵀ`: `[…, in]` gives `[…, out]`.
    public func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
        if let plain { return try x.linear(plain) }
        try check(x)
        let layout: Tensor
        switch self.layout {
        case .full(let weight): layout = weight
        case .quantised(let weight): return try weight(x)
        }
        if Engine.recordsGradients, x.requiresGradient {
            return try Tensor(
                owning: ct_frozen_linear(x.raw, layout.raw, back()?.raw, nil, nil, 0), "linear", [x]
            )
        }
        return try Tensor(owning: ct_packed_linear(x.raw, layout.raw, nil), "packed linear", [x])
    }

    /// `x Wᵀ + scale · (x Aᵀ) Bᵀ` with the weight itself frozen.
    ///
    /// - Parameters:
    ///   - x: `[…, in]`.
    ///   - a: `[r, in]`.
    ///   - b: `[out, r]`.
    ///   - scale: Of the update.
    /// - Returns: `[…, out]`.
    /// - Throws: `TensorError` when shapes do not fit.
    public func callAsFunction(_ x: Tensor, a: Tensor, b: Tensor, scale: Double)
        throws(TensorError) -> Tensor
    {
        try check(x)
        let layout: Tensor
        switch self.layout {
        case .full(let weight): layout = weight
        case .quantised(let weight):
            return try weight(x) + x.linear(a.to(.float32)).linear(b.to(.float32)) * scale
        }
        return try Tensor(
            owning: ct_frozen_linear(x.raw, layout.raw, back(for: x)?.raw, a.raw, b.raw, scale),
            "linear with a low-rank update", [x, a, b])
    }

    /// Log-probabilities of `targets` under `softmax(hidden Wᵀ)`, the weight frozen.
    ///
    /// Logits exist for 256 rows at a time only; gradients reach `hidden`.
    /// - Parameters:
    ///   - hidden: `[n, in]`.
    ///   - targets: `[n]`, int64, each below `out`.
    /// - Returns: In nats `[n]`, at least float32; and whether each target is the likeliest, `[n]`.
    /// - Throws: `TensorError` when shapes do not fit, or the weight is held in 8 or 4 bits.
    public func logProbabilities(_ hidden: Tensor, of targets: Tensor) throws(TensorError) -> (
        values: Tensor, areLikeliest: Tensor
    ) {
        try check(hidden)
        let layout = try full("log-probabilities", [hidden, targets])
        var values: OpaquePointer?
        var best: OpaquePointer?
        try KeelTensor.check(
            ct_token_log_probabilities(
                hidden.raw, layout.raw, back(for: hidden)?.raw, targets.raw, 256, &values, &best),
            "log-probabilities", [hidden, targets])
        return (try Tensor(owning: values, "values"), try Tensor(owning: best, "likeliest"))
    }

    /// The weight where it is not held in fewer bits.
    private func full(_ operation: String, _ tensors: [Tensor]) throws(TensorError) -> Tensor {
        switch layout {
        case .full(let weight): return weight
        case .quantised:
            throw TensorError(
                operation: operation, shapes: tensors.map(\.shape) + [shape],
                reason: "the weight is held in 8 or 4 bits")
        }
    }

    private func check(_ x: Tensor) throws(TensorError) {
        guard x.shape.last == shape.last else {
            throw TensorError(
                operation: "linear", shapes: [x.shape, shape], reason: "the last dimensions differ")
        }
    }

    private func back(for x: Tensor) throws(TensorError) -> Tensor? {
        Engine.recordsGradients && x.requiresGradient ? try back() : nil
    }

    private func back() throws(TensorError) -> Tensor? {
        guard plain == nil else { return nil }
        if let transposed { return transposed }
        let layout = try full("unpack", [])
        let plain = try Tensor(owning: ct_unpack_transposed(layout.raw), "unpack")
        let packed = try Tensor(owning: ct_pack_linear(plain.raw), "pack", [plain])
        transposed = packed
        return packed
    }
}
