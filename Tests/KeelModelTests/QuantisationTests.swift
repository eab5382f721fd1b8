import Foundation
import KeelFormats
import KeelModel
import TestSupport
import Testing

/// How a model's weights are stored, as a run notes it.
struct QuantisationTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test(arguments: [
        ("tiny-llama", "F32"), ("families/llama-3/model.gguf", "BF16"),
        ("families/qwen3-odd/model-00001-of-00003.gguf", "BF16"),
    ])
    func `it is the type that most of the numbers have`(model: String, type: String) throws {
        #expect(try LanguageModel.quantisation(of: Golden.path(model)) == type)
    }

    /// A file of one small tensor that says of itself what it is.
    private func file(claiming code: UInt32) throws -> String {
        let path = scratch.path + "/claims-\(code).gguf"
        try GGUFFile.write(
            [(name: "norm", type: .f32, shape: [2])],
            metadata: [(key: "general.file_type", value: .uint32(code))], to: path
        ) { tensor, write in
            let bytes = [UInt8](repeating: 0, count: tensor.byteRange.count)
            try bytes.withUnsafeBytes { try write($0) }
        }
        return path
    }

    @Test func `a GGUF file is believed in what it says of itself, if that is known`() throws {
        #expect(try LanguageModel.quantisation(of: file(claiming: 15)) == "Q4_K_M")
        #expect(try LanguageModel.quantisation(of: file(claiming: 7)) == "Q8_0")
        #expect(try LanguageModel.quantisation(of: file(claiming: 9999)) == "F32")
    }

    @Test func `what can't be read has none`() throws {
        let path = scratch.path + "/broken.gguf"
        try Data("GGUF?".utf8).write(to: URL(filePath: path))
        #expect(LanguageModel.quantisation(of: path) == nil)
        #expect(LanguageModel.quantisation(of: scratch.path) == nil)
        #expect(LanguageModel.quantisation(of: scratch.path + "/nowhere") == nil)
    }
}
