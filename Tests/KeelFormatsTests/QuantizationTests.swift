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

    @Test(arguments: GGMLType.written) func `encoded weights equal gguf-py's`(type: GGMLType) throws
    {
        let model = try GGUFFile(path: golden("encoded.gguf"))
        let values = try decode(model, model.tensor("F32"), rows: 0..<8)
        let found = values.withUnsafeBufferPointer { type.quantized($0) }
        #expect(try found == model.withBytes(of: type.description) { Array($0) })
    }

    @Test func `what cannot be encoded is not`() {
        func encode(_ values: [Float], _ type: GGMLType) -> [UInt8]? {
            values.withUnsafeBufferPointer { type.quantized($0) }
        }
        let zeros = [Float](repeating: 0, count: 32)
        for type in GGMLType.allCases where type.elementsPerBlock <= 32 {
            #expect((encode(zeros, type) != nil) == GGMLType.written.contains(type))
        }
        #expect(encode([1, 2, 3], .q8_0) == nil)
        #expect(encode([65_520], .f16) == nil && encode([3.4e38], .f16) == nil)
        #expect(encode([Float.greatestFiniteMagnitude], .bf16) == nil)
        #expect(encode([.infinity], .f16) == [0, 0x7C])
        #expect(encode([-.infinity], .bf16) == [0x80, 0xFF])
        for bad in [Float.nan, .infinity, 1e8] {
            #expect(encode(zeros.dropLast() + [bad], .q8_0) == nil)
        }
        // A scale whose inverse is infinite is 0.
        let tiny = Float(bitPattern: 71_362)  // about 1e-40
        #expect(encode(zeros.dropLast() + [tiny], .q8_0) == [UInt8](repeating: 0, count: 34))
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
