extension GGMLType {
    /// Those that Keel encodes.
    public static let written: [GGMLType] = [.f32, .f16, .bf16, .q8_0]

    /// Encodes numbers as this type, which is one of `written`.
    ///
    /// Q8_0 equals gguf-py's `quants.quantize`: of 32 numbers the largest has the code 127 or -127,
    /// and halves are rounded away from zero.
    /// - Parameter values: Whole blocks.
    /// - Returns: Their bytes, little-endian; nil for a type that is not written, for a part of a
    ///   block, and where a number that is finite would not be any more. Q8_0 holds finite numbers only.
    /// - Source: ggml, `ggml-quants.c`, `quantize_row_q8_0_ref`.
    public func quantized(_ values: UnsafeBufferPointer<Float>) -> [UInt8]? {
        guard values.count.isMultiple(of: elementsPerBlock) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count / elementsPerBlock * bytesPerBlock)
        switch self {
        case .f32:
            for value in values {
                withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
            }
        case .f16, .bf16:
            for value in values {
                let word = self == .f16 ? Self.half(value) : Self.brain(value)
                // The largest finite number rounds up to infinity.
                let exponent: UInt16 = self == .f16 ? 0x7C00 : 0x7F80
                if value.isFinite, word & exponent == exponent { return nil }
                withUnsafeBytes(of: word.littleEndian) { bytes += $0 }
            }
        case .q8_0:
            for start in stride(from: 0, to: values.count, by: 32) {
                guard Self.encode(values[start..<start + 32], into: &bytes) else { return nil }
            }
        case .q4_0, .q4_1, .q5_0, .q5_1, .q4_K, .q5_K, .q6_K: return nil
        }
        return bytes
    }

    private static func encode(
        _ block: Slice<UnsafeBufferPointer<Float>>, into bytes: inout [UInt8]
    ) -> Bool {
        var largest: Float = 0
        for value in block {
            guard value.isFinite else { return false }
            largest = max(largest, value.magnitude)
        }
        let scale = largest / 127
        let word = half(scale)
        // The scale is a half-precision number, and so has a largest value.
        guard word < 0x7C00 else { return false }
        let inverse = scale == 0 ? 0 : 1 / scale
        // The inverse of a scale near zero is infinite.
        guard inverse.isFinite else {
            bytes += [UInt8](repeating: 0, count: 34)
            return true
        }
        withUnsafeBytes(of: word.littleEndian) { bytes += $0 }
        for value in block {
            let code = (value * inverse).rounded(.toNearestOrAwayFromZero)
            bytes.append(UInt8(bitPattern: Int8(max(-127, min(127, code)))))
        }
        return true
    }

    /// The IEEE 754 half-precision number nearest to one of single precision, ties to even.
    private static func half(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
        if value.isNaN { return sign | 0x7E00 }
        // Halfway between the largest number and what would come next.
        if value.magnitude >= 65_520 { return sign | 0x7C00 }
        // Below the smallest normal number, steps are of 2^-24.
        if value.magnitude < 0x1p-14 {
            return sign | UInt16((value.magnitude * 0x1p24).rounded(.toNearestOrEven))
        }
        let rounded = (bits & 0x7FFF_FFFF) + 0xFFF + (bits >> 13 & 1)
        // 112 is the difference of the exponents' biases, 127 and 15.
        return sign | UInt16(truncatingIfNeeded: (rounded - (112 << 23)) >> 13)
    }

    /// The bfloat16 nearest to a number of single precision, ties to even.
    private static func brain(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
        return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
    }
}
