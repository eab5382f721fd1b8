import KeelFormats
import TestSupport
import Testing

/// One test for each check of the format.
struct GGUFMalformedTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func expect(
        _ builder: GGUFBuilder, byteCount: Int? = nil, fails defect: GGUFError.Defect,
        _ sentence: String, location: SourceLocation = #_sourceLocation
    ) throws {
        let path = try scratch.write(builder.bytes, to: "bad.gguf", byteCount: byteCount)
        let error = #expect(throws: GGUFError.self, sourceLocation: location) {
            try GGUFFile(path: path)
        }
        #expect(error?.defect == defect, sourceLocation: location)
        #expect(error?.description == "\(path): \(sentence)", sourceLocation: location)
    }

    private func builder(
        pairs: [(key: String, type: UInt32, value: [UInt8])] = [],
        tensors: [GGUFBuilder.Tensor] = []
    ) -> GGUFBuilder {
        var builder = GGUFBuilder()
        builder.pairs = pairs
        builder.tensors = tensors
        return builder
    }

    @Test func `a missing file`() {
        let path = scratch.path("missing")
        let error = #expect(throws: GGUFError.self) { try GGUFFile(path: path) }
        #expect(error?.defect == .unreadable(.notFound(path: path)))
        #expect(error?.description == "\(path): there is no such file or folder. Check the path.")
    }

    @Test func `a file of another kind`() throws {
        var builder = GGUFBuilder()
        builder.magic = Array("GGML".utf8)
        try expect(
            builder, fails: .wrongMagic,
            "the file does not begin with \"GGUF\"; it is not a GGUF file.")
    }

    @Test func `a big-endian file`() throws {
        var builder = GGUFBuilder()
        builder.version = UInt32(3).byteSwapped
        try expect(
            builder, fails: .bigEndian,
            "the file is big-endian. Convert the model again on a little-endian machine.")
    }

    @Test(arguments: [0, 1, 4, .max] as [UInt32]) func `another version`(version: UInt32) throws {
        var builder = GGUFBuilder()
        builder.version = version
        try expect(
            builder, fails: .unsupportedVersion(version),
            "GGUF version \(version) is not supported; 2 and 3 are. Convert the model again.")
    }

    @Test func `a file that ends in its metadata`() throws {
        var builder = builder(pairs: [("k", 8, littleEndian(UInt64(1 << 40)))])
        builder.data = 0
        let end = builder.bytes.count
        try expect(
            builder, fails: .truncated(reading: "the value of key \"k\"", byte: end),
            "the file ends at byte \(end), inside the value of key \"k\". Download it again.")
    }

    @Test func `metadata of eight gigabytes`() throws {
        let builder = builder(pairs: [("k", 8, littleEndian(UInt64(4 << 30)))])
        try expect(
            builder, byteCount: 8 << 30,
            fails: .headerTooLarge(reading: "the value of key \"k\"", limit: 100_000_000),
            "the value of key \"k\" lies more than 100000000 bytes into the file, "
                + "where only tensor data may be.")
    }

    @Test(arguments: [1 << 31, 1 << 63, .max] as [UInt64])
    func `more keys and tensors than any model has`(count: UInt64) throws {
        var keys = GGUFBuilder()
        keys.keyCount = count
        try expect(
            keys, byteCount: 8 << 30, fails: .tooMany("keys", count: count, limit: 65536),
            "the file claims \(count) keys, but at most 65536 are possible here. It is damaged.")
        var tensors = GGUFBuilder()
        tensors.tensorCount = count
        try expect(
            tensors, byteCount: 8 << 30, fails: .tooMany("tensors", count: count, limit: 65536),
            "the file claims \(count) tensors, but at most 65536 are possible here. It is damaged.")
    }

    @Test(arguments: [0, 6, 8, 9] as [UInt32])
    func `an array longer than the file, or than any vocabulary`(type: UInt32) throws {
        let builder = builder(pairs: [("k", 9, GGUFBuilder.array(type, count: 1 << 24, []))])
        try expect(
            builder, byteCount: 8 << 30,
            fails: .tooMany("array elements in key \"k\"", count: 1 << 24, limit: 4_194_304),
            "the file claims 16777216 array elements in key \"k\", but at most 4194304 are "
                + "possible here. It is damaged.")
    }

    @Test func `an array of more elements than there are bytes`() throws {
        let builder = builder(pairs: [("k", 9, GGUFBuilder.array(8, count: .max, []))])
        let left = (builder.bytes.count - 24 - 9 - 4 - 12) / 8
        try expect(
            builder,
            fails: .tooMany("array elements in key \"k\"", count: .max, limit: left),
            "the file claims 18446744073709551615 array elements in key \"k\", "
                + "but at most \(left) are possible here. It is damaged.")
    }

    @Test func `names that are too long`() throws {
        let name = String(repeating: "n", count: 65)
        try expect(
            builder(tensors: [.init(name: name)]),
            fails: .textTooLong(reading: "the name of a tensor", byteCount: 65, limit: 64),
            "a text of 65 bytes in the name of a tensor; at most 64 are possible here.")
        try expect(
            builder(pairs: [(String(repeating: "k", count: 65_536), 0, [0])]),
            fails: .textTooLong(
                reading: "the name of key 1", byteCount: 65_536, limit: 65_535),
            "a text of 65536 bytes in the name of key 1; at most 65535 are possible here.")
    }

    @Test func `text that is not UTF-8`() throws {
        try expect(
            builder(pairs: [("k", 8, littleEndian(UInt64(1)) + [0xFF])]),
            fails: .invalidUTF8(reading: "the value of key \"k\"", byte: 24 + 9 + 4 + 8),
            "the text at byte 45, in the value of key \"k\", is not valid UTF-8.")
    }

    @Test func `two keys of one name`() throws {
        try expect(
            builder(pairs: [("k", 0, [1]), ("k", 0, [2])]), fails: .duplicateKey("k"),
            "the metadata names \"k\" twice.")
    }

    @Test func `values and elements of a type that is not known`() throws {
        let sentence = "key \"k\" has a value of type 13, which the format does not know."
        try expect(
            builder(pairs: [("k", 13, [0])]), fails: .unknownValueType(key: "k", code: 13),
            sentence)
        try expect(
            builder(pairs: [("k", 9, GGUFBuilder.array(13, count: 0, []))]),
            fails: .unknownValueType(key: "k", code: 13), sentence)
    }

    @Test func `a bool that is neither`() throws {
        try expect(
            builder(pairs: [("k", 7, [2])]), fails: .invalidBool(key: "k", value: 2),
            "key \"k\" has a bool of 2; it must be 0 or 1.")
    }

    @Test func `arrays nested without end`() throws {
        let deep = (0..<100_000).flatMap { _ in GGUFBuilder.array(9, count: 1, []) }
        try expect(
            builder(pairs: [("k", 9, deep)]), fails: .nestedTooDeep(key: "k", limit: 4),
            "key \"k\" nests arrays more than 4 deep.")
    }

    @Test(arguments: [0, 1, 48, 1 << 31] as [UInt32])
    func `an alignment that is not a sane power of two`(alignment: UInt32) throws {
        try expect(
            builder(pairs: [("general.alignment", 4, littleEndian(alignment))]),
            fails: .invalidAlignment(Int(alignment), range: 8...65536),
            "\"general.alignment\" is \(alignment); it must be a power of two from 8 to 65536.")
    }

    @Test func `an alignment that is no number`() throws {
        try expect(
            builder(pairs: [("general.alignment", 8, GGUFBuilder.text("32"))]),
            fails: .wrongValueType(
                key: "general.alignment", expected: "whole number", found: "string"),
            "key \"general.alignment\" is a value of type string; expected: whole number.")
    }

    @Test func `two tensors of one name`() throws {
        try expect(
            builder(tensors: [.init(), .init(offset: 64)]), fails: .duplicateTensor("t"),
            "the file names tensor \"t\" twice.")
    }

    @Test func `a tensor of five axes`() throws {
        try expect(
            builder(tensors: [.init(axisCount: 5)]),
            fails: .tooManyAxes(tensor: "t", count: 5, limit: 4),
            "tensor \"t\" has 5 axes; at most 4 are possible.")
    }

    @Test(arguments: [0, 1 << 63, .max] as [UInt64])
    func `an axis that is empty or negative`(size: UInt64) throws {
        try expect(
            builder(tensors: [.init(axes: [32, size])]),
            fails: .invalidAxis(tensor: "t", size: size),
            "tensor \"t\" has an axis of size \(size).")
    }

    @Test func `a tensor type that Keel does not read`() throws {
        try expect(
            builder(tensors: [.init(type: 10)]), fails: .unknownTensorType(tensor: "t", code: 10),
            "tensor \"t\" has ggml type 10, which Keel does not read. Quantize the model to one of "
                + "F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K, BF16.")
    }

    @Test func `rows that end inside a block`() throws {
        try expect(
            builder(tensors: [.init(axes: [48])]),
            fails: .partialBlock(tensor: "t", type: .q8_0, elementsPerRow: 48),
            "tensor \"t\" has rows of 48 elements, which is not a multiple of the 32 "
                + "of a Q8_0 block.")
    }

    @Test func `a shape whose size overflows`() throws {
        try expect(
            builder(tensors: [.init(axes: [1 << 32, 1 << 32])]),
            fails: .impossibleSize(tensor: "t", shape: [1 << 32, 1 << 32]),
            "tensor \"t\" has the shape [4294967296, 4294967296], which no file can hold.")
    }

    @Test func `an offset between multiples of the alignment`() throws {
        try expect(
            builder(tensors: [.init(offset: 16)]),
            fails: .misalignedOffset(tensor: "t", offset: 16, alignment: 32),
            "tensor \"t\" begins at byte 16 of the data, "
                + "which is not a multiple of the alignment, 32.")
    }

    @Test(arguments: [64, 1 << 63, UInt64.max - 31])
    func `a tensor that leaves the file`(offset: UInt64) throws {
        try expect(
            builder(tensors: [.init(offset: offset)]),
            fails: .beyondEnd(tensor: "t", offset: offset, byteCount: 34, dataByteCount: 64),
            "tensor \"t\" has 34 bytes from byte \(offset) of the data, which has 64. "
                + "The file was cut off; download it again.")
    }

    @Test func `two tensors that share bytes`() throws {
        var builder = builder(tensors: [.init(), .init(name: "u", offset: 32)])
        builder.data = 96
        try expect(
            builder, fails: .overlap(tensor: "u", other: "t"),
            "tensors \"t\" and \"u\" share bytes.")
    }
}
