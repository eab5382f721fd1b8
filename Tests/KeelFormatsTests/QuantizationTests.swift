import KeelFormats
import Testing

/// Against gguf-py, bit for bit.
struct QuantizationTests {
    @Test(arguments: GGMLType.allCases.map(\.description) + ["halves"])
    func `decoded weights equal gguf-py's`(name: String) throws {
        let model = try GGUFFile(path: golden("quantized.gguf"))
        let tensor = try model.tensor(name)
        let decoded = try decode(model, tensor, rows: 0..<tensor.rowCount)
        let expected = try SafetensorsFile(path: golden("decoded.safetensors"))
            .withBytes(of: name) { bytes in
                (0..<bytes.count / 4).map {
                    bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)
                }
            }
        #expect(decoded.map(\.bitPattern) == expected)
    }

    @Test(arguments: GGMLType.allCases)
    func `rows decoded apart equal the whole`(type: GGMLType) throws {
        let model = try GGUFFile(path: golden("quantized.gguf"))
        let tensor = try model.tensor(type.description)
        let parts = try [0..<1, 1..<1, 1..<3].flatMap { try decode(model, tensor, rows: $0) }
        #expect(try parts == decode(model, tensor, rows: 0..<3))
    }

    @Test(
        arguments: [
            (0x7C00, Float.infinity), (0xFC00, -.infinity), (0x8000, -0.0), (0x0001, 0x1p-24),
            (0x03FF, 0x1.FF8p-15), (0x7BFF, 65504),
        ] as [(UInt16, Float)])
    func `half precision keeps infinities, signs and subnormals`(bits: UInt16, value: Float) {
        #expect(half(bits).bitPattern == value.bitPattern)
    }

    @Test func `half precision keeps NaN`() {
        #expect(half(0x7E00).isNaN)
    }

    private func half(_ bits: UInt16) -> Float {
        var value: Float = 0
        withUnsafeBytes(of: bits.littleEndian) { bytes in
            withUnsafeMutablePointer(to: &value) {
                GGMLType.f16.dequantize(
                    bytes, into: UnsafeMutableBufferPointer(start: $0, count: 1))
            }
        }
        return value
    }

    private func decode(
        _ model: GGUFFile, _ tensor: GGUFTensor, rows: Range<Int>
    ) throws -> [Float] {
        var output = [Float](repeating: .nan, count: rows.count * tensor.elementsPerRow)
        try output.withUnsafeMutableBufferPointer {
            try model.dequantize(tensor.name, rows: rows, into: $0)
        }
        return output
    }
}
