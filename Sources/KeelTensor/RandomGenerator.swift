internal import CTorch

/// A source of random tensors; the same seed gives the same numbers on the same kind of device.
///
/// It is an argument wherever randomness is used: Keel has no global seed.
public final class RandomGenerator {
    let raw: OpaquePointer
    /// Where its numbers are drawn; tensors that it fills are made there.
    public let device: Device

    /// - Throws: `TensorError` when the device cannot make random numbers.
    public init(seed: UInt64, device: Device = .cpu) throws(TensorError) {
        guard let raw = ct_generator(seed, device.name) else {
            throw engineError("random generator", [])
        }
        self.raw = raw
        self.device = device
    }

    deinit {
        ct_generator_free(raw)
    }

    /// All that the next numbers depend on, as bytes; save it to go on later bit for bit.
    public func state() throws(TensorError) -> Tensor {
        try Tensor(owning: ct_generator_state(raw), "random state")
    }

    /// Goes on from a state saved before.
    /// - Throws: `TensorError` when `state` is not the state of such a generator.
    public func restore(_ state: Tensor) throws(TensorError) {
        try check(ct_generator_set_state(raw, state.raw), "restore random state", [state])
    }
}
