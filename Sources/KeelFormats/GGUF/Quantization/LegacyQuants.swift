// The quantizations with blocks of 32 weights: x = d·q, or x = d·q + m, where q has 4, 5 or 8 bits.
// Of each byte of `qs`, the low half belongs to weight i and the high half to weight i + 16.
// Source: ggml, `ggml-quants.c`, `dequantize_row_*`.

/// Block: d f16 | qs 16 bytes; x = d·(q − 8).
func decodeQ40(_ source: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutablePointer<Float>) {
    for block in 0..<count {
        let (source, output) = (source + 18 * block, output + 32 * block)
        let d = source.half(at: 0)
        let qs = source.bytes(at: 2)
        for i in 0..<16 {
            output[i] = d * Float(Int32(qs[i] & 15) &- 8)
            output[i + 16] = d * Float(Int32(qs[i] >> 4) &- 8)
        }
    }
}

/// Block: d f16 | m f16 | qs 16 bytes; x = d·q + m.
func decodeQ41(_ source: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutablePointer<Float>) {
    for block in 0..<count {
        let (source, output) = (source + 20 * block, output + 32 * block)
        let d = source.half(at: 0)
        let m = source.half(at: 2)
        let qs = source.bytes(at: 4)
        for i in 0..<16 {
            output[i] = d * Float(qs[i] & 15) + m
            output[i + 16] = d * Float(qs[i] >> 4) + m
        }
    }
}

/// Block: d f16 | qh 4 bytes, the fifth bit of weight i in bit i | qs 16 bytes; x = d·(q − 16).
func decodeQ50(_ source: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutablePointer<Float>) {
    for block in 0..<count {
        let (source, output) = (source + 22 * block, output + 32 * block)
        let d = source.half(at: 0)
        let qh = source.fifthBits(at: 2)
        let qs = source.bytes(at: 6)
        for i in 0..<16 {
            let low = UInt32(qs[i] & 15) | (qh >> UInt32(i) & 1) << 4
            let high = UInt32(qs[i] >> 4) | (qh >> UInt32(i + 16) & 1) << 4
            output[i] = d * Float(Int32(low) &- 16)
            output[i + 16] = d * Float(Int32(high) &- 16)
        }
    }
}

/// Block: d f16 | m f16 | qh 4 bytes | qs 16 bytes; x = d·q + m.
func decodeQ51(_ source: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutablePointer<Float>) {
    for block in 0..<count {
        let (source, output) = (source + 24 * block, output + 32 * block)
        let d = source.half(at: 0)
        let m = source.half(at: 2)
        let qh = source.fifthBits(at: 4)
        let qs = source.bytes(at: 8)
        for i in 0..<16 {
            let low = UInt32(qs[i] & 15) | (qh >> UInt32(i) & 1) << 4
            let high = UInt32(qs[i] >> 4) | (qh >> UInt32(i + 16) & 1) << 4
            output[i] = d * Float(low) + m
            output[i + 16] = d * Float(high) + m
        }
    }
}

/// Block: d f16 | qs 32 signed bytes; x = d·q.
func decodeQ80(_ source: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutablePointer<Float>) {
    for block in 0..<count {
        let (source, output) = (source + 34 * block, output + 32 * block)
        let d = source.half(at: 0)
        let qs = source.bytes(at: 2)
        for i in 0..<32 { output[i] = d * Float(Int8(bitPattern: qs[i])) }
    }
}

extension UnsafeRawPointer {
    fileprivate func fifthBits(at offset: Int) -> UInt32 {
        UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}
