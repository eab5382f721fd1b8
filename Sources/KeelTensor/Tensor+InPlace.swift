internal import CTorch

// Changes the elements that all copies of a tensor share: for optimisers and caches, outside gradients.

extension Tensor {
    /// Overwrites the elements with those of `other`, whose shape must fit.
    public func assign(_ other: Tensor) throws(TensorError) {
        try check(ct_copy_(raw, other.raw), "assign", [self, other])
    }
    /// Puts elements of `source` where `indices` (int64, of its shape) say.
    public func scatter(_ dimension: Int, at indices: Tensor, _ source: Tensor) throws(TensorError)
    {
        try check(
            ct_scatter_(raw, Int64(dimension), indices.raw, source.raw), "scatter in place",
            [self, indices, source])
    }
    /// Writes one number into every element.
    public func fill(_ value: Double) throws(TensorError) {
        try check(ct_fill_(raw, value), "fill", [self])
    }
    /// Computes `self *= factor`.
    public func scale(by factor: Double) throws(TensorError) {
        try check(ct_mul_(raw, factor), "scale", [self])
    }
    /// Computes `self += scale * other`.
    public func add(_ other: Tensor, scale: Double = 1) throws(TensorError) {
        try check(ct_add_(raw, other.raw, scale), "add in place", [self, other])
    }
}

extension Tensor {
    /// One step of AdamW on each parameter, in place (Loshchilov and Hutter 2019; PyTorch's kernel).
    ///
    /// `p -= rate · decay · p`, then `p -= rate · m̂ / (sqrt(v̂) + epsilon)`, `m` and `v` being the running
    /// means of the gradient and its square, freed of their start at zero.
    /// - Parameters:
    ///   - parameters: What is trained.
    ///   - gradients: One for each parameter, of its shape.
    ///   - means: `m`, of the same shapes; zeros before the first step.
    ///   - squares: `v`, likewise.
    ///   - step: Counted from 1.
    ///   - rate: Learning rate of this step.
    ///   - betas: How much of `m` and `v` stays, 0 ..< 1.
    ///   - decay: Weight decay, not scaled by the gradient.
    ///   - epsilon: Keeps the quotient finite.
    /// - Throws: `TensorError` when counts or shapes differ.
    public static func adamW(
        _ parameters: [Tensor], gradients: [Tensor], means: [Tensor], squares: [Tensor], step: Int,
        rate: Double, betas: (Double, Double), decay: Double, epsilon: Double
    ) throws(TensorError) {
        let counts = [gradients.count, means.count, squares.count]
        guard counts.allSatisfy({ $0 == parameters.count }) else {
            throw TensorError(
                operation: "adamw", reason: "\(parameters.count) parameters, but \(counts) others")
        }
        try check(
            ct_adamw_(
                parameters.map(\.raw), gradients.map(\.raw), means.map(\.raw), squares.map(\.raw),
                Int32(parameters.count), Int64(step), rate, betas.0, betas.1, decay, epsilon),
            "adamw", [])
    }
}
