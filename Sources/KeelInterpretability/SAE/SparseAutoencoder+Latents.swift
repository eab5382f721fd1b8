import KeelModel
import KeelTensor

// Single latents, without the work for all others.

extension SparseAutoencoder {
    /// Activations of some latents: a function from `[n, C]` to `[n, numbers.count]`.
    ///
    /// Where an activation looks at each latent by itself, no other is computed; TopK looks at all.
    /// - Throws: `InterpretabilityError.unsupported` for none, or a latent that is not there.
    func reader(of numbers: [Int]) throws -> (Tensor) throws -> Tensor {
        guard !numbers.isEmpty, numbers.allSatisfy({ (0..<latents).contains($0) }) else {
            throw InterpretabilityError.unsupported(
                "Latents are numbered from 0 to \(latents - 1); of those asked for, one is not there, "
                    + "or none was named.")
        }
        let rows = try Tensor(numbers)
        var part = self
        switch activation {
        case is StandardActivation: break
        case let jump as JumpReLUActivation:
            part.activation = JumpReLUActivation(
                threshold: try jump.threshold.expanded(latents).contiguous().indexed(0, by: rows))
        default: return { [self] in try encode($0).indexed(1, by: rows) }
        }
        part.encoder = try encoder.indexed(0, by: rows)
        part.encoderBias = try encoderBias.indexed(0, by: rows)
        part.decoder = try decoder.indexed(0, by: rows)
        return { [part] in try part.encode($0) }
    }

    /// What the encoder reads of one latent off an activation, `b_dec` counted in.
    /// - Throws: `InterpretabilityError.unsupported` for a latent that is not there, or that cannot be read
    ///   by itself.
    func reading(of latent: Int) throws -> Steering.LatentReading {
        try checkIsThere(latent)
        guard !normalizesInput else {
            throw InterpretabilityError.unsupported(
                "The autoencoder normalizes activations first, so no latent of it can be set; add its "
                    + "direction instead.")
        }
        let threshold: Double
        switch activation {
        case is StandardActivation: threshold = 0
        case let jump as JumpReLUActivation:
            threshold = try jump.threshold.expanded(latents).contiguous().selected(0, latent).item()
        default:
            throw InterpretabilityError.unsupported(
                "Whether a latent of a \(activation.name) autoencoder is active depends on all others, so "
                    + "it cannot be set; add its direction, or train a batchtopk autoencoder.")
        }
        let row = try encoder.selected(0, latent)
        let center = try centersInput ? (row * decoderBias).sum().item() : 0
        return Steering.LatentReading(
            weights: try row.array(),
            bias: try encoderBias.selected(0, latent).item() - center, threshold: threshold)
    }

    func checkFits(_ store: ActivationStore) throws(InterpretabilityError) {
        guard store.width == width else {
            throw .unsupported(
                "The autoencoder is for \(width) numbers a token, the activations have "
                    + "\(store.width).")
        }
    }

    func checkIsThere(_ latent: Int) throws(InterpretabilityError) {
        guard (0..<latents).contains(latent) else {
            throw .unsupported(
                "There is no latent \(latent); they are numbered from 0 to \(latents - 1).")
        }
    }
}
