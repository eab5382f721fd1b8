import KeelFormats
import TestSupport
import Testing

struct GGUFWriteTests {
    private let scratch: Scratch
    /// Values of every type, arrays among them.
    private static let values: [(key: String, value: GGUFValue)] = [
        ("general.architecture", .string("llama")), ("u8", .uint8(.max)), ("i8", .int8(.min)),
        ("u16", .uint16(.max)), ("i16", .int16(.min)), ("u32", .uint32(.max)),
        ("i32", .int32(.min)), ("u64", .uint64(.max)), ("i64", .int64(.min)),
        ("f32", .float32(0.1)), ("f64", .float64(-0.1)), ("yes", .bool(true)),
        ("no", .bool(false)), ("text", .string("Grüße, 世界 🌍\n\u{0}")), ("empty", .string("")),
        ("texts", .array([.string("a"), .string(""), .string("Ġthe")])),
        ("numbers", .array([.int32(-1), .int32(0)])), ("nothing", .array([])),
        ("nested", .array([.array([.uint8(1)]), .array([])])),
    ]

    init() throws { scratch = try Scratch() }

    /// Writes tensors of counted bytes and returns the file.
    private func write(
        _ tensors: [(name: String, type: GGMLType, shape: [Int])],
        metadata: [(key: String, value: GGUFValue)] = [], surplus: Int = 0
    ) throws -> GGUFFile {
        let path = scratch.path("file.gguf")
        try GGUFFile.write(tensors, metadata: metadata, to: path) { tensor, write in
            let bytes = Self.content(of: tensor.name, count: tensor.byteRange.count + surplus)
            // In two pieces, as one that streams would.
            try bytes.withUnsafeBytes {
                try write(UnsafeRawBufferPointer(rebasing: $0[..<($0.count / 2)]))
                try write(UnsafeRawBufferPointer(rebasing: $0[($0.count / 2)...]))
            }
        }
        return try GGUFFile(path: path)
    }

    private static func content(of name: String, count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ name.utf8.count) }
    }

    @Test func `metadata of every type comes back`() throws {
        let file = try write([], metadata: Self.values)
        #expect(file.version == 3)
        #expect(file.tensors.isEmpty)
        #expect(file.metadata == Dictionary(uniqueKeysWithValues: Self.values.map { ($0.0, $0.1) }))
    }

    @Test(arguments: [nil, 8, 32, 4096] as [Int?])
    func `tensors of every type and rank come back, aligned`(alignment: Int?) throws {
        let shapes = [[256], [1, 256], [3, 512], [2, 1, 256], [2, 3, 1, 256]]
        let tensors =
            GGMLType.allCases.enumerated().flatMap { index, type in
                shapes.map { shape in ("\(type).\(shape).\(index)", type, shape) }
            } + [("scalar", .f32, []), ("odd", .f16, [5, 3])]
        let metadata = alignment.map { ("general.alignment", GGUFValue.uint32(UInt32($0))) }
        let file = try write(tensors, metadata: metadata.map { [$0] } ?? [])
        #expect(file.tensors.count == tensors.count)
        for (name, type, shape) in tensors {
            let tensor = try file.tensor(name)
            #expect(tensor.type == type && tensor.shape == shape)
            #expect(tensor.byteRange.lowerBound.isMultiple(of: alignment ?? 32))
            #expect(
                try file.withBytes(of: name) { Array($0) }
                    == Self.content(of: name, count: tensor.byteRange.count))
        }
    }

    @Test func `what Keel writes equals gguf-py's file byte for byte`() throws {
        let path = try golden("quantized.gguf")
        let original = try GGUFFile(path: path)
        let copy = scratch.path("copy.gguf")
        // In the order in which Scripts/goldens/formats.py adds them.
        let keys = [
            "general.architecture", "test.uint8", "test.int8", "test.uint16", "test.int16",
            "test.uint32", "test.int32", "test.uint64", "test.int64", "test.float32",
            "test.float64", "test.bool", "test.string", "test.strings", "test.integers",
            "test.floats",
        ]
        let tensors = original.tensors.values.sorted {
            $0.byteRange.lowerBound < $1.byteRange.lowerBound
        }
        try GGUFFile.write(
            tensors.map { ($0.name, $0.type, $0.shape) },
            metadata: try keys.map { ($0, try #require(original.metadata[$0])) }, to: copy
        ) { tensor, write in
            try original.withBytes(of: tensor.name, write)
        }
        var expected = try bytes(of: path)
        let written = try bytes(of: copy)
        // gguf-py pads the last tensor, too; nothing needs that.
        #expect(expected.count - written.count < 32)
        expected.removeLast(expected.count - written.count)
        #expect(written == expected)
    }

    @Test func `a layout that no reader takes is refused, and nothing is written`() throws {
        let text = String(repeating: "n", count: 64)
        let cases: [([(String, GGMLType, [Int])], [(String, GGUFValue)], GGUFError.Defect)] = [
            ([("a", .f32, [1]), ("a", .f32, [1])], [], .duplicateTensor("a")),
            ([], [("k", .bool(true)), ("k", .bool(true))], .duplicateKey("k")),
            ([("a", .q8_0, [33])], [], .partialBlock(tensor: "a", type: .q8_0, elementsPerRow: 33)),
            ([("a", .f32, [2, 0])], [], .invalidAxis(tensor: "a", size: 0)),
            ([("a", .f32, [1, 1, 1, 1, 1])], [], .tooManyAxes(tensor: "a", count: 5, limit: 4)),
            ([("a", .f32, [.max, 3])], [], .impossibleSize(tensor: "a", shape: [.max, 3])),
            (
                [(text, .f32, [1])], [],
                .textTooLong(reading: "the name of tensor \"\(text)\"", byteCount: 64, limit: 63)
            ),
            ([], [("k", .array([.bool(true), .uint8(1)]))], .mixedArray(key: "k")),
            (
                [], [("general.alignment", .uint32(24))],
                .invalidAlignment(24, range: 8...65_536)
            ),
        ]
        for (tensors, metadata, defect) in cases {
            let error = #expect(throws: GGUFError.self) {
                try write(tensors, metadata: metadata)
            }
            #expect(error?.defect == defect)
        }
        #expect(try scratch.names.isEmpty)
    }

    @Test(arguments: [-1, 1]) func `a tensor of too few or too many bytes leaves no file`(
        surplus: Int
    ) throws {
        let error = #expect(throws: GGUFError.self) {
            try write([("a", .f32, [4])], surplus: surplus)
        }
        #expect(error?.defect == .wrongSize(tensor: "a", expected: 16, found: 16 + surplus))
        #expect(try scratch.names.isEmpty)
    }

    @Test func `a device or a folder is not replaced`() throws {
        for (path, expected) in [
            ("/dev/full", FileError.notRegular(path: "/dev/full")),
            (scratch.path(""), .isFolder(path: scratch.path(""))),
        ] {
            let error = #expect(throws: FileError.self) {
                try GGUFFile.write([], metadata: [], to: path) { _, _ in }
            }
            #expect(error == expected)
        }
    }
}
