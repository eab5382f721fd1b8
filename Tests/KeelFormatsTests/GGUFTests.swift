import KeelFormats
import TestSupport
import Testing

struct GGUFTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    @Test func `metadata of gguf-py comes in its type`() throws {
        let file = try GGUFFile(path: golden("quantized.gguf"))
        #expect(file.version == 3)
        let expected: [String: GGUFValue] = [
            "general.architecture": .string("llama"),
            "test.uint8": .uint8(.max), "test.int8": .int8(.min),
            "test.uint16": .uint16(.max), "test.int16": .int16(.min),
            "test.uint32": .uint32(.max), "test.int32": .int32(.min),
            "test.uint64": .uint64(.max), "test.int64": .int64(.min),
            "test.float32": .float32(0.1), "test.float64": .float64(0.1), "test.bool": .bool(true),
            "test.string": .string("Grüße, 世界 🌍"),
            "test.strings": .array([.string("a"), .string(""), .string("Ġthe")]),
            "test.integers": .array([.int32(-1), .int32(0), .int32(1)]),
            "test.floats": .array([.float32(0.5), .float32(-2)]),
        ]
        #expect(file.metadata == expected)
    }

    @Test func `values come as Swift types`() throws {
        let file = try GGUFFile(path: golden("quantized.gguf"))
        #expect(try file.value("test.int8", as: Int.self) == -128)
        #expect(try file.value("test.int64", as: Int.self) == .min)
        #expect(try file.value("test.float32", as: Double.self) == Double(Float(0.1)))
        #expect(try file.value("test.bool", as: Bool.self))
        #expect(try file.value("test.strings", as: [String].self) == ["a", "", "Ġthe"])
        #expect(try file.value("test.integers", as: [Int].self) == [-1, 0, 1])
        #expect(try file.value("test.floats", as: [Double].self) == [0.5, -2])
        #expect(try file.optionalValue("test.missing", as: Int.self) == nil)
    }

    @Test(arguments: [
        ("test.string", "string"), ("test.uint64", "uint64"), ("test.float32", "float32"),
        ("test.strings", "array of string"),
    ])
    func `a value of another type is named with the type found`(key: String, found: String) throws {
        let path = try golden("quantized.gguf")
        let file = try GGUFFile(path: path)
        let error = #expect(throws: GGUFError.self) { try file.optionalValue(key, as: Int.self) }
        #expect(
            error?.defect == .wrongValueType(key: key, expected: "whole number", found: found))
        #expect(
            error?.description
                == "\(path): key \"\(key)\" is a value of type \(found); expected: whole number.")
    }

    @Test func `missing keys and tensors are named`() throws {
        let path = try golden("quantized.gguf")
        let file = try GGUFFile(path: path)
        let key = #expect(throws: GGUFError.self) { try file.value("a.key", as: Int.self) }
        #expect(key?.description == "\(path): the metadata has no key \"a.key\".")
        let tensor = #expect(throws: GGUFError.self) { try file.tensor("output.weight") }
        #expect(
            tensor?.description == "\(path): there is no tensor \"output.weight\" in this file.")
    }

    @Test func `shapes are in PyTorch's order`() throws {
        let file = try GGUFFile(path: golden("quantized.gguf"))
        let tensor = try file.tensor("Q4_K")
        #expect(tensor.type == .q4_K)
        #expect(tensor.shape == [3, 256])
        #expect(tensor.rowCount == 3)
        #expect(try file.withBytes(of: "Q4_K") { $0.count } == 3 * 144)
    }

    @Test(arguments: [2, 3] as [UInt32])
    func `both versions with 64-bit counts are read`(version: UInt32) throws {
        var builder = GGUFBuilder.example
        builder.version = version
        let file = try GGUFFile(path: scratch.write(builder.bytes, to: "file"))
        #expect(file.version == version)
        #expect(file.metadata.count == builder.pairs.count)
        #expect(file.metadata["nested"] == .array([.array([.uint8(1)]), .array([])]))
        #expect(try file.tensor("blk.0.ffn_up.weight").shape == [1, 1, 2, 64])
        #expect(try file.tensor("scalar").shape == [])
        #expect(try file.tensor("scalar").rowCount == 1)
    }

    @Test func `the file's own alignment holds`() throws {
        var builder = GGUFBuilder()
        builder.alignment = 4096
        builder.pairs = [("general.alignment", 4, littleEndian(UInt32(4096)))]
        builder.tensors = [.init(offset: 0), .init(name: "u", offset: 4096)]
        builder.data = 4096 + 34
        let file = try GGUFFile(path: scratch.write(builder.bytes, to: "file"))
        #expect(try file.tensor("u").byteRange == 8192..<8192 + 34)
    }
}
