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

    /// Forgets what `backward()` has collected, so that the next one starts anew.
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

    /// `body` of this tensor, without keeping the activations inside: they are computed again for
    /// the backward pass (gradient checkpointing, Chen 2016).
    ///
    /// Gradients pass only if this tensor requires them, even where `body` has trained weights.
    /// - Parameter body: Runs twice, with the same result both times.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws; in the backward pass, `TensorError` with its description.
    public func checkpointed(_ body: @escaping (Tensor) throws -> Tensor) throws -> Tensor {
        let box = Recomputation(body)
        let result = ct_checkpoint(
            raw,
            { context, x in
                guard let context else { return nil }
                return Unmanaged<Recomputation>.fromOpaque(context).takeUnretainedValue().run(x)
            },
            { context in
                if let context { Unmanaged<Recomputation>.fromOpaque(context).release() }
            }, Unmanaged.passRetained(box).toOpaque())
        if result == nil, let failure = box.failure { throw failure }
        return try Tensor(owning: result, "checkpoint", [self])
    }
}

/// What a checkpoint computes twice, and why it could not.
private final class Recomputation {
    private let body: (Tensor) throws -> Tensor
    private(set) var failure: (any Error)?

    init(_ body: @escaping (Tensor) throws -> Tensor) {
        self.body = body
    }

    func run(_ x: OpaquePointer) -> OpaquePointer? {
        do {
            // The caller owns what it gets, and keeps what it gives.
            let input = try Tensor(owning: ct_alias(x), "checkpoint")
            return withExtendedLifetime(try body(input)) { ct_alias($0.raw) }
        } catch {
            failure = error
            ct_set_error("\(error)")
            return nil
        }
    }
}
