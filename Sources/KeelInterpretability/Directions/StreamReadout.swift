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
    ///
    /// Only these are computed, where an autoencoder's activation looks at each latent by itself; TopK
    /// looks at all.
    /// - Throws: `InterpretabilityError.unsupported` for none, or a latent that is not there.
    public static func latents(
        _ numbers: [Int], of autoencoder: SparseAutoencoder
    ) throws -> (Tensor) throws -> Tensor {
        guard !numbers.isEmpty, numbers.allSatisfy({ $0 >= 0 && $0 < autoencoder.latents }) else {
            throw InterpretabilityError.unsupported(
                "Latents are numbered from 0 to \(autoencoder.latents - 1); of those asked for, one is "
                    + "not there, or none was named.")
        }
        let rows = try Tensor(numbers)
        var part = autoencoder
        switch autoencoder.activation {
        case is StandardActivation: break
        case let jump as JumpReLUActivation:
            part.activation = JumpReLUActivation(
                threshold: try jump.threshold.expanded(autoencoder.latents).contiguous()
                    .indexed(0, by: rows))
        default:
            return { try autoencoder.encode($0).indexed(1, by: rows).mean() }
        }
        part.encoder = try autoencoder.encoder.indexed(0, by: rows)
        part.encoderBias = try autoencoder.encoderBias.indexed(0, by: rows)
        part.decoder = try autoencoder.decoder.indexed(0, by: rows)
        return { [part] in try part.encode($0).mean() }
    }
}
