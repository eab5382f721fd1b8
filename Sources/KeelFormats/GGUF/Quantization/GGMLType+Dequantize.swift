extension GGMLType {
    /// Decodes whole blocks of this type to float32.
    ///
    /// Equals gguf-py's `quants.dequantize` bit for bit.
    /// - Parameters:
    ///   - bytes: Any number of blocks, at any alignment.
    ///   - output: Holds exactly `elementsPerBlock` elements for each of them.
    public func dequantize(
        _ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Float>
    ) {
        let count = bytes.count / bytesPerBlock
        precondition(
            bytes.count == count * bytesPerBlock && output.count == count * elementsPerBlock,
            "\(bytes.count) bytes of \(self) do not decode to \(output.count) elements")
        guard let source = bytes.baseAddress, let target = output.baseAddress else { return }
        let decode =
            switch self {
            case .f32: decodeF32
            case .f16: decodeF16
            case .bf16: decodeBF16
            case .q4_0: decodeQ40
            case .q4_1: decodeQ41
            case .q5_0: decodeQ50
            case .q5_1: decodeQ51
            case .q8_0: decodeQ80
            case .q4_K: decodeQ4K
            case .q5_K: decodeQ5K
            case .q6_K: decodeQ6K
            }
        decode(source, count, target)
    }
}

// MARK: Types without blocks

private func decodeF32(
    _ source: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutablePointer<Float>
) {
    UnsafeMutableRawPointer(output).copyMemory(from: source, byteCount: 4 * count)
}

private func decodeF16(
    _ source: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutablePointer<Float>
) {
    for i in 0..<count { output[i] = source.half(at: 2 * i) }
}

/// A bfloat16 is the upper half of a float32.
private func decodeBF16(
    _ source: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutablePointer<Float>
) {
    for i in 0..<count { output[i] = Float(bitPattern: UInt32(source.word(at: 2 * i)) << 16) }
}

// MARK: Reading blocks

extension UnsafeRawPointer {
    /// Reads a little-endian 16-bit word.
    func word(at offset: Int) -> UInt16 {
        UInt16(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// Reads an IEEE 754 half-precision number.
    ///
    /// Swift's `Float16` does not exist on Intel Macs.
    func half(at offset: Int) -> Float {
        let bits = UInt32(word(at: offset))
        let sign = (bits & 0x8000) << 16
        let magnitude = bits & 0x7FFF
        // 112 is the difference of the exponents' biases, 127 and 15.
        let normal = (magnitude << 13) &+ (112 << 23)
        let infinite = normal &+ (112 << 23)
        let subnormal = (Float(magnitude) * 0x1p-24).bitPattern
        let absolute =
            magnitude >= 0x7C00 ? infinite : magnitude >= 0x0400 ? normal : subnormal
        return Float(bitPattern: sign | absolute)
    }

    func bytes(at offset: Int) -> UnsafePointer<UInt8> {
        (self + offset).assumingMemoryBound(to: UInt8.self)
    }
}
