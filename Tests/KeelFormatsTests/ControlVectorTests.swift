import Foundation
import KeelFormats
import TestSupport
import Testing

/// Control vectors as files.
@Suite struct ControlVectorTests {
    @Test func `what is written is read again`() throws {
        let scratch = try Scratch()
        let path = scratch.path("v.gguf")
        let vector = ControlVectorFile(
            model: "llama", directions: [1: [1, -2.5, 0], 7: [0.25, 4, 1e-30]],
            facts: ["trait": "kind", "control.layer": "7"])
        try vector.write(to: path)
        #expect(try ControlVectorFile(path: path) == vector)
        let file = try GGUFFile(path: path)
        #expect(try file.value("controlvector.layer_count") == 7)
    }

    @Test func `what the reference writes is read`() throws {
        // By gguf-py as repeng does: Scripts/goldens/control_vector.py.
        let path = try #require(
            Bundle.module.url(forResource: "Goldens/control-vector.gguf", withExtension: nil)
        ).path
        let vector = try ControlVectorFile(path: path)
        #expect(vector.model == "llama")
        #expect(vector.directions == [1: [0.5, -1, 2, 0], 2: [1, 1.5, -0.25, 3]])
    }

    @Test func `block 0 and files of another kind are refused`() throws {
        let scratch = try Scratch()
        let path = scratch.path("v.gguf")
        for directions in [[0: [Float(1)]], [:]] {
            #expect(throws: ControlVectorError.self) {
                try ControlVectorFile(model: "llama", directions: directions).write(to: path)
            }
        }
        func write(
            _ tensors: [(name: String, type: GGMLType, shape: [Int])], kind: String
        ) throws {
            try GGUFFile.write(
                tensors, metadata: [("general.architecture", .string(kind))], to: path
            ) { tensor, write in
                try [UInt8](repeating: 0, count: tensor.byteRange.count).withUnsafeBytes(write)
            }
        }
        for (tensors, kind) in [
            ([("direction.1", GGMLType.f32, [4])], "llama"),
            ([("direction.0", .f32, [4])], "controlvector"),
            ([("direction.x", .f32, [4])], "controlvector"),
            ([("direction.1", .f32, [2, 2])], "controlvector"),
            ([("direction.1", .f16, [4])], "controlvector"),
            ([("direction.1", .f32, [4]), ("direction.2", .f32, [5])], "controlvector"),
            ([], "controlvector"),
        ] {
            try write(tensors, kind: kind)
            #expect(throws: ControlVectorError.self) { try ControlVectorFile(path: path) }
        }
    }
}
