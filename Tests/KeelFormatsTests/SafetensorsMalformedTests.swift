import KeelFormats
import TestSupport
import Testing

/// One test for each check of the format.
struct SafetensorsMalformedTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func expect(
        _ header: String, data: Int = 0, fails defect: SafetensorsError.Defect, _ sentence: String,
        location: SourceLocation = #_sourceLocation
    ) throws {
        let text = Array(header.utf8)
        try expect(
            littleEndian(UInt64(text.count)) + text + [UInt8](repeating: 0, count: data),
            fails: defect, sentence, location: location)
    }

    private func expect(
        _ bytes: [UInt8], byteCount: Int? = nil, fails defect: SafetensorsError.Defect,
        _ sentence: String, location: SourceLocation = #_sourceLocation
    ) throws {
        let path = try scratch.write(bytes, to: "bad.safetensors", byteCount: byteCount)
        let error = #expect(throws: SafetensorsError.self, sourceLocation: location) {
            try SafetensorsFile(path: path)
        }
        #expect(error?.defect == defect, sourceLocation: location)
        #expect(error?.path == path, sourceLocation: location)
        #expect(error?.description == "\(path): \(sentence)", sourceLocation: location)
    }

    @Test func `a missing file`() {
        let path = scratch.path("missing")
        let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: path) }
        #expect(error?.defect == .unreadable(.notFound(path: path)))
        #expect(error?.description == "\(path): there is no such file or folder. Check the path.")
    }

    @Test(arguments: [0, 1, 7]) func `fewer bytes than a length`(count: Int) throws {
        try expect(
            [UInt8](repeating: 0, count: count), fails: .tooSmall(byteCount: count),
            "\(count) bytes are too few for a safetensors file. Download it again.")
    }

    @Test(arguments: [100_000_001, 1 << 63, .max])
    func `a header over the limit, in a file that could hold it`(length: UInt64) throws {
        try expect(
            littleEndian(length), byteCount: 8 << 30,
            fails: .headerTooLarge(byteCount: length, limit: 100_000_000),
            "the header claims \(length) bytes, and at most 100000000 are allowed. "
                + "This is not a safetensors file, or it is damaged.")
    }

    @Test func `a header longer than the file`() throws {
        try expect(
            littleEndian(UInt64(3)) + Array("{}".utf8),
            fails: .headerBeyondEnd(byteCount: 3, available: 2),
            "the header claims 3 bytes, but only 2 follow. The file was cut off; "
                + "download it again.")
    }

    @Test(arguments: [
        ("", 0, "\"{\""), (" {}", 0, "\"{\""), ("[]", 0, "\"{\""), ("{", 1, "\"\"\""),
        ("{} x", 3, "the end of the header"), ("{}\0", 2, "the end of the header"),
        (#"{"a"}"#, 4, "\":\""), (#"{"a"#, 3, "a closing quote"), (#"{"\q"#, 3, "a JSON escape"),
        (#"{"\ud800x"#, 3, "a JSON escape"), ("{\"\n", 2, "an escaped control character"),
        (#"{"a":1}"#, 5, "\"{\""), (#"{"a":{"dtype":1"#, 14, "\"\"\""),
        (#"{"a":{"shape":[-1"#, 15, "a whole number"),
        (#"{"a":{"shape":[1.5"#, 16, "\",\" or \"]\""),
        (#"{"a":{"shape":[01"#, 15, "a whole number"),
        (#"{"a":{"shape":[9223372036854775808"#, 15, "a number below 2^63"),
        (#"{"a":{"shape":[[[[["#, 15, "a whole number"),
        (#"{"a":{"data_offsets":[0,1,2"#, 25, "\"]\""), (#"{"__metadata__":{"a":1"#, 21, "\"\"\""),
    ])
    func `a header that is not the JSON of the format`(
        header: String, byte: Int, expected: String
    ) throws {
        try expect(
            header, fails: .malformedHeader(byte: byte, expected: expected),
            "byte \(byte) of the header should be \(expected). The file is damaged.")
    }

    @Test func `nesting a million deep`() throws {
        try expect(
            #"{"a":"# + String(repeating: "{\"a\":", count: 1_000_000),
            fails: .unknownField(tensor: "a", field: "a"),
            "tensor \"a\" has the field \"a\", which the format does not know.")
    }

    @Test func `text that is not UTF-8`() throws {
        try expect(
            littleEndian(UInt64(4)) + [0x7B, 0x22, 0xFF, 0x22], fails: .invalidUTF8(byte: 2),
            "the text at byte 2 of the header is not valid UTF-8. The file is damaged.")
    }

    private let one = #"{"dtype":"U8","shape":[1],"data_offsets":[0,1]}"#

    @Test func `two tensors of one name, one of them escaped`() throws {
        try expect(
            #"{"a":\#(one),"\u0061":\#(one)}"#, data: 1, fails: .duplicateName("a"),
            "the header names \"a\" twice.")
    }

    @Test func `metadata given twice`() throws {
        try expect(
            #"{"__metadata__":{},"__metadata__":{}}"#, fails: .duplicateName("__metadata__"),
            "the header names \"__metadata__\" twice.")
        try expect(
            #"{"__metadata__":{"k":"","k":""}}"#, fails: .duplicateName("k"),
            "the header names \"k\" twice.")
    }

    @Test func `more axes than PyTorch has`() throws {
        let shape = Array(repeating: "1", count: 65).joined(separator: ",")
        try expect(
            #"{"a":{"shape":[\#(shape)]}}"#, fails: .tooManyAxes(tensor: "a", limit: 64),
            "tensor \"a\" has more than 64 axes.")
    }

    @Test(arguments: ["dtype", "shape", "data_offsets"])
    func `a field that is missing, and one given twice`(field: String) throws {
        let fields = [
            "dtype": #""dtype":"U8""#, "shape": #""shape":[1]"#,
            "data_offsets": #""data_offsets":[0,1]"#,
        ]
        let others = fields.filter { $0.key != field }.values.joined(separator: ",")
        try expect(
            #"{"a":{\#(others)}}"#, data: 1, fails: .missingField(tensor: "a", field: field),
            "tensor \"a\" lacks the field \"\(field)\".")
        let twice = try #require(fields[field])
        try expect(
            #"{"a":{\#(twice),\#(twice)}}"#, data: 1,
            fails: .duplicateField(tensor: "a", field: field),
            "tensor \"a\" has the field \"\(field)\" twice.")
    }

    @Test func `a dtype that is not known`() throws {
        try expect(
            #"{"a":{"dtype":"F128","shape":[1],"data_offsets":[0,16]}}"#, data: 16,
            fails: .unknownDType(tensor: "a", dtype: "F128"),
            "tensor \"a\" has the dtype \"F128\", which the format does not know.")
    }

    @Test func `a tensor that ends before it begins`() throws {
        try expect(
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}"#, data: 1,
            fails: .reversedOffsets(tensor: "a", begin: 1, end: 0),
            "tensor \"a\" begins at byte 1 of the data and ends before it, at 0.")
    }

    @Test func `a tensor that ends after the file`() throws {
        try expect(
            #"{"a":\#(one)}"#, fails: .offsetBeyondEnd(tensor: "a", end: 1, dataByteCount: 0),
            "tensor \"a\" ends at byte 1 of the data, which has 0 bytes. "
                + "The file was cut off; download it again.")
    }

    @Test(arguments: [
        ("F32", [4_294_967_296, 4_294_967_296]), ("U64", [Int.max]), ("F4", [3]),
        ("U8", [Int.max, 0, Int.max]),
    ])
    func `a shape whose size overflows or splits a byte`(name: String, shape: [Int]) throws {
        let dtype = try #require(SafetensorsDType(rawValue: name))
        try expect(
            #"{"a":{"dtype":"\#(name)","shape":\#(shape),"data_offsets":[0,0]}}"#,
            fails: .impossibleSize(tensor: "a", dtype: dtype, shape: shape),
            "tensor \"a\" has dtype \(name) and shape \(shape), "
                + "which is not a size that a file can hold.")
    }

    @Test func `a shape that disagrees with the bytes`() throws {
        try expect(
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, data: 4,
            fails: .wrongSize(tensor: "a", expected: 8, found: 4),
            "tensor \"a\" has 4 bytes; its dtype and shape need 8.")
    }

    @Test func `two tensors that share a byte`() throws {
        try expect(
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
                + #""b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
            data: 3, fails: .overlap(tensor: "b", begin: 1, previousEnd: 2),
            "tensor \"b\" begins at byte 1 of the data, inside another tensor that ends at 2.")
    }

    @Test func `a hole between tensors`() throws {
        try expect(
            #"{"a":\#(one),"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}"#, data: 4,
            fails: .gap(tensor: "b", begin: 3, previousEnd: 1),
            "2 bytes before tensor \"b\" belong to no tensor.")
    }

    @Test func `bytes after the last tensor`() throws {
        try expect(
            #"{"a":\#(one)}"#, data: 6, fails: .trailingBytes(count: 5),
            "5 bytes after the last tensor belong to no tensor.")
    }
}
