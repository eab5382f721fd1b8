public import KeelTensor

/// What is read off tokens' residual streams as one number: for monitors, which watch a model while it is
/// trained.
///
/// A readout takes `[n, C]`, float32 on the CPU, and gives the mean over the tokens, a tensor of one
/// element.
public enum StreamReadout {
    /// The share of the stream along a direction, `x·v / ‖v‖²`: of Keel's files, in median lengths of the
    /// stream.
    /// - Throws: `InterpretabilityError.unsupported` for a vector that is zero or holds what is no number.
    public static func along(_ vector: [Float]) throws -> (Tensor) throws -> Tensor {
        guard vector.allSatisfy(\.isFinite), vector.contains(where: { $0 != 0 }) else {
            throw InterpretabilityError.unsupported(
                "A direction is zero, or holds what is no number.")
        }
        let v = try Tensor(vector)
        let scaled = try (v / v.square().sum()).unsqueezed(1)
        return { try $0.matmul(scaled).mean() }
    }

    /// The mean activation of some latents.
    /// - Throws: `InterpretabilityError.unsupported` for none, or a latent that is not there.
    public static func latents(
        _ numbers: [Int], of autoencoder: SparseAutoencoder
    ) throws -> (Tensor) throws -> Tensor {
        let read = try autoencoder.reader(of: numbers)
        return { try read($0).mean() }
    }
}
