import Foundation
import KeelFormats
import TestSupport
import Testing

struct SafetensorsTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    @Test func `a file of the safetensors package is read`() throws {
        let file = try SafetensorsFile(path: golden("package.safetensors"))
        #expect(file.metadata == ["format": "pt"])
        #expect(file.tensors.count == 7)
        let matrix = try file.tensor("b.weight")
        #expect(matrix.dtype == .f32)
        #expect(matrix.shape == [2, 3])
        let values = try file.withBytes(of: "b.weight") { bytes in
            (0..<6).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
        #expect(values == [0, 1, 2, 3, 4, 5])
        #expect(try file.tensor("scalar").shape == [])
        #expect(try file.withBytes(of: "scalar") { Array($0) } == [7])
        #expect(try file.tensor("empty").shape == [0, 5])
        #expect(try file.withBytes(of: "empty") { $0.count } == 0)
        #expect(try file.tensor("quote \" back \\ line \n bell \u{7} é").dtype == .bool)
    }

    @Test func `what Keel writes equals the package's file byte for byte`() throws {
        let path = try golden("package.safetensors")
        let file = try SafetensorsFile(path: path)
        let copy = scratch.path("copy.safetensors")
        try SafetensorsFile.write(
            file.tensors.mapValues { ($0.dtype, $0.shape) }, to: copy
        ) { tensor, emit in
            // In two pieces, as a writer that streams would.
            try file.withBytes(of: tensor.name) { bytes in
                let half = bytes.count / 2
                try emit(UnsafeRawBufferPointer(rebasing: bytes[..<half]))
                try emit(UnsafeRawBufferPointer(rebasing: bytes[half...]))
            }
        }
        #expect(try bytes(of: copy) == bytes(of: path))
    }

    @Test(arguments: SafetensorsDType.allCases)
    func `every dtype comes back with its name, shape and bytes`(dtype: SafetensorsDType) throws {
        let path = scratch.path("file")
        let content = (0..<dtype.bitsPerElement).map { UInt8($0) }
        try SafetensorsFile.write(["x": (dtype, [2, 4])], to: path) { _, emit in
            try content.withUnsafeBytes { try emit($0) }
        }
        let file = try SafetensorsFile(path: path)
        #expect(try file.tensor("x").dtype == dtype)
        #expect(try file.tensor("x").shape == [2, 4])
        #expect(try file.withBytes(of: "x") { Array($0) } == content)
    }

    @Test func `metadata comes back, with the format that transformers wants`() throws {
        let path = scratch.path("file")
        let metadata = ["note": "tab\t quote\" é \u{1F30D} nul\0", "a/b": ""]
        try SafetensorsFile.write([:], metadata: metadata, to: path) { _, _ in }
        let file = try SafetensorsFile(path: path)
        #expect(file.metadata == metadata.merging(["format": "pt"]) { $1 })
        #expect(file.tensors.isEmpty)
        #expect(try bytes(of: path).count.isMultiple(of: 8))
    }

    @Test(arguments: [3, 5])
    func `a tensor of another size than promised leaves the old file`(written: Int) throws {
        let path = try scratch.write([1, 2, 3], to: "file")
        let defect = SafetensorsError.Defect.wrongSize(tensor: "x", expected: 4, found: written)
        let error = #expect(throws: SafetensorsError.self) {
            try SafetensorsFile.write(["x": (.u8, [4])], to: path) { _, emit in
                for _ in 0..<written { try withUnsafeBytes(of: UInt8(0)) { try emit($0) } }
            }
        }
        #expect(error?.defect == defect)
        #expect(try bytes(of: path) == [1, 2, 3])
        #expect(try scratch.names == ["file"])
    }

    @Test(arguments: [[Int.max, 2], [-1], [1 << 58, 1 << 3]])
    func `a size that no file can hold is not written`(shape: [Int]) throws {
        let path = scratch.path("file")
        let defect = SafetensorsError.Defect.impossibleSize(tensor: "x", dtype: .f32, shape: shape)
        let error = #expect(throws: SafetensorsError.self) {
            try SafetensorsFile.write(["x": (.f32, shape)], to: path) { _, _ in }
        }
        #expect(error?.defect == defect)
        #expect(try scratch.names == [])
    }

    @Test func `the name of the metadata is refused for a tensor`() {
        let path = scratch.path("file")
        let error = #expect(throws: SafetensorsError.self) {
            try SafetensorsFile.write(["__metadata__": (.f32, [])], to: path) { _, _ in }
        }
        #expect(error?.defect == .reservedName("__metadata__"))
    }

    @Test func `a folder that is not there is named`() {
        let path = scratch.path("missing/file")
        #expect(throws: FileError.notFound(path: path)) {
            try SafetensorsFile.write([:], to: path) { _, _ in }
        }
    }

    @Test func `a tensor that is not there is named`() throws {
        let path = try golden("package.safetensors")
        let file = try SafetensorsFile(path: path)
        let error = #expect(throws: SafetensorsError.self) { try file.tensor("lm_head.weight") }
        #expect(error?.defect == .missingTensor("lm_head.weight"))
        #expect(
            error?.description == "\(path): there is no tensor \"lm_head.weight\" in this file.")
    }

    @Test(arguments: ["null", " null ", "{}"])
    func `metadata may be missing in every way that the package reads`(value: String) throws {
        let header = Array(#"{"__metadata__":\#(value)}"#.utf8)
        let path = try scratch.write(
            withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header,
            to: "file")
        #expect(try SafetensorsFile(path: path).metadata == [:])
    }
}
