import KeelTensor

extension SparseAutoencoder {
    /// A digest of all that decides what the autoencoder says, as 16 hexadecimal digits: equal for equal
    /// float32 weights, on every machine.
    ///
    /// FNV-1a over words; it tells autoencoders apart, and is no protection against forgery.
    /// - Throws: `TensorError`.
    public func fingerprint() throws -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01B3 }
        for byte in activation.name.utf8 { add(UInt64(byte)) }
        for value in try activation.values() { add(UInt64(value.bitPattern)) }
        for flag in [centersInput, normalizesInput] { add(flag ? 1 : 0) }
        for tensor in [encoder, encoderBias, decoder, decoderBias] {
            for size in tensor.shape { add(UInt64(size)) }
            let values: [Float] = try tensor.to(.float32, device: .cpu).array()
            for value in values { add(UInt64(value.bitPattern)) }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
