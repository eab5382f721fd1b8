internal import CTorch

extension Tensor {
    /// Whether gradients are collected for this tensor.
    public var requiresGradient: Bool { ct_requires_grad(raw) }

    /// Marks a tensor as one that gradients are collected for.
    /// - Throws: `TensorError` when its elements are not floating-point numbers.
    public func requireGradient(_ required: Bool = true) throws(TensorError) {
        try check(ct_set_requires_grad(raw, required), "require gradient", [self])
    }

    /// Adds the gradients of this scalar to the tensors that require them.
    public func backward() throws(TensorError) {
        try check(ct_backward(raw), "backward", [self])
    }

    /// What `backward()` has collected; nil where nothing has been.
    public var gradient: Tensor? {
        ct_grad(raw).flatMap { try? Tensor(owning: $0, "gradient") }
    }

    public func clearGradient() throws(TensorError) {
        try check(ct_clear_grad(raw), "clear gradient", [self])
    }

    /// Gradients of the sum of this tensor with respect to `inputs`, without touching their `gradient`.
    public func gradients(of inputs: [Tensor]) throws(TensorError) -> [Tensor] {
        var raw = [OpaquePointer?](repeating: nil, count: inputs.count)
        try check(
            ct_gradients(self.raw, inputs.map(\.raw), Int32(inputs.count), &raw), "gradients",
            [self] + inputs)
        var gradients: [Tensor] = []
        for pointer in raw { gradients.append(try Tensor(owning: pointer, "gradients")) }
        return gradients
    }
}
