// The quantizations with super-blocks of 256 weights, whose sub-blocks have small integer scales.
// Source: ggml, `ggml-quants.c`, `dequantize_row_*_K`.

/// Super-block: d f16 | dmin f16 | scales 12 bytes | qs 128 bytes; x = (d·scale)·q − dmin·min.
///
/// Eight sub-blocks of 32 weights; sub-blocks 2k and 2k + 1 are the low and high halves of the
/// same 32 bytes of `qs`.
func decodeQ4K(_ source: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutablePointer<Float>) {
    for block in 0..<count {
        let (source, output) = (source + 144 * block, output + 256 * block)
        let d = source.half(at: 0)
        let dmin = source.half(at: 2)
        for pair in 0..<4 {
            let qs = source.bytes(at: 16 + 32 * pair)
            let output = output + 64 * pair
            let (scale0, min0) = source.scaleAndMin(ofSubBlock: 2 * pair, at: 4)
            let (scale1, min1) = source.scaleAndMin(ofSubBlock: 2 * pair + 1, at: 4)
            let (d0, m0, d1, m1) = (d * scale0, dmin * min0, d * scale1, dmin * min1)
            for i in 0..<32 {
                output[i] = d0 * Float(qs[i] & 15) - m0
                output[i + 32] = d1 * Float(qs[i] >> 4) - m1
            }
        }
    }
}

/// Super-block: d f16 | dmin f16 | scales 12 bytes | qh 32 bytes | qs 128 bytes.
///
/// As Q4_K, with the fifth bit of weight i of sub-block s in bit s of `qh[i]`.
func decodeQ5K(_ source: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutablePointer<Float>) {
    for block in 0..<count {
        let (source, output) = (source + 176 * block, output + 256 * block)
        let d = source.half(at: 0)
        let dmin = source.half(at: 2)
        let qh = source.bytes(at: 16)
        for pair in 0..<4 {
            let qs = source.bytes(at: 48 + 32 * pair)
            let output = output + 64 * pair
            let (scale0, min0) = source.scaleAndMin(ofSubBlock: 2 * pair, at: 4)
            let (scale1, min1) = source.scaleAndMin(ofSubBlock: 2 * pair + 1, at: 4)
            let (d0, m0, d1, m1) = (d * scale0, dmin * min0, d * scale1, dmin * min1)
            let shift = UInt8(truncatingIfNeeded: 2 * pair)
            for i in 0..<32 {
                let fifths = qh[i] &>> shift
                output[i] = d0 * Float(qs[i] & 15 | (fifths & 1) << 4) - m0
                output[i + 32] = d1 * Float(qs[i] >> 4 | (fifths & 2) << 3) - m1
            }
        }
    }
}

/// Super-block: ql 128 bytes | qh 64 bytes | 16 signed scales | d f16; x = (d·scale)·(q − 32).
///
/// Two halves of 128 weights, each in four rows of 32: weight i of row r takes its low four bits
/// from `ql[i]` (rows 0 and 2) or `ql[i + 32]` (rows 1 and 3), and its high two from bits 2r and
/// 2r + 1 of `qh[i]`. A scale covers 16 weights.
func decodeQ6K(_ source: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutablePointer<Float>) {
    for block in 0..<count {
        let (source, output) = (source + 210 * block, output + 256 * block)
        let d = source.half(at: 208)
        for half in 0..<2 {
            for row in 0..<4 {
                let ql = source.bytes(at: 64 * half + 32 * (row % 2))
                let qh = source.bytes(at: 128 + 32 * half)
                let scales = source.bytes(at: 192 + 8 * half + 2 * row)
                let output = output + 128 * half + 32 * row
                let lowShift = UInt8(truncatingIfNeeded: row / 2 * 4)
                let highShift = UInt8(truncatingIfNeeded: row * 2)
                for part in 0..<2 {
                    let scale = d * Float(Int8(bitPattern: scales[part]))
                    for i in 16 * part..<16 * part + 16 {
                        let q = ql[i] &>> lowShift & 15 | (qh[i] &>> highShift & 3) << 4
                        output[i] = scale * Float(Int32(q) &- 32)
                    }
                }
            }
        }
    }
}

extension UnsafeRawPointer {
    /// Reads the scale and the minimum of one of eight sub-blocks, six bits each.
    ///
    /// Bytes 0–3 and 4–7 hold those of the first four in their low six bits; their high two bits
    /// complete the halves of bytes 8–11, which hold those of the last four.
    fileprivate func scaleAndMin(
        ofSubBlock index: Int, at offset: Int
    ) -> (scale: Float, min: Float) {
        let scales = bytes(at: offset)
        if index < 4 { return (Float(scales[index] & 63), Float(scales[index + 4] & 63)) }
        let low = scales[index + 4]
        return (
            Float(low & 15 | (scales[index - 4] >> 6) << 4),
            Float(low >> 4 | (scales[index] >> 6) << 4)
        )
    }
}
