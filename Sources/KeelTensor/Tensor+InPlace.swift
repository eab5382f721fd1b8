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
    /// Computes `self += scale * a * b`.
    public func addProduct(_ a: Tensor, _ b: Tensor, scale: Double = 1) throws(TensorError) {
        try check(ct_addcmul_(raw, a.raw, b.raw, scale), "add product", [self, a, b])
    }
    /// Computes `self += scale * a / b`.
    public func addQuotient(_ a: Tensor, _ b: Tensor, scale: Double = 1) throws(TensorError) {
        try check(ct_addcdiv_(raw, a.raw, b.raw, scale), "add quotient", [self, a, b])
    }
}
