import Foundation
import KeelFormats
import KeelLanguage
import KeelModel
import KeelTensor
import KeelTokenizer
import TestSupport
import Testing

/// Models written as GGUF and read again, here and by llama.cpp itself where `make clients` has
/// installed it; Scripts/goldens/exports.py does more of the latter.
@Suite struct GGUFExportTests {
    /// What llama.cpp would compute otherwise.
    private static let refused = [
        "gemma3-scaled": "query_pre_attn_scalar", "llama-odd": "llama3",
        "qwen2-types": "heads of Qwen 2",
        "qwen3-biased-windows": "biases", "smollm3-listed": "rotate", "smollm3-windows": "biases",
    ]
    private static let written = FamilyTests.names.filter { refused[$0] == nil }

    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private var out: String { scratch.path + "/model.gguf" }

    @Test(arguments: written, [GGMLType.f32, .bf16])
    func `a model comes back with its logits`(name: String, type: GGMLType) throws {
        let language = try FamilyTests.load(name, packing: false)
        try language.writeGGUF(to: out, as: type)
        let again = try LanguageModel(ModelReference(base: out), packing: false)
        // Where GGUF knows no windows, texts end with the first.
        let limit = again.model.configuration.maxPositionEmbeddings
        let tokens = Array(try FamilyTests.reference(name).tokens.prefix(limit))
        #expect(tokens.count > 4)
        // The weights of these models are bfloat16 numbers, so both types are exact.
        expectClose(
            try again.logits(tokens).rows(), try language.logits(tokens).rows(), within: 1e-4)
        #expect(again.endTokens == language.endTokens)
        #expect(
            again.tokenizer.encode("thekeelab<|end|>")
                == language.tokenizer.encode("thekeelab<|end|>"))
        #expect(again.model.parameters.map(\.name) == language.model.parameters.map(\.name))
        #expect(LanguageModel.quantisation(of: out) == type.description)
    }

    @Test(.enabled(if: LlamaCpp.isThere, LlamaCpp.missing))
    func `llama.cpp reads what is written, and finds the same tokens as probable`() async throws {
        // Beside weights of 8 bits llama.cpp rounds activations to 8 bits, too.
        let kinds: [(type: GGMLType, tolerance: Double)] = [(.f32, 1e-3), (.q8_0, 0.2)]
        var jobs: [(what: String, tolerance: Double, job: LlamaCpp.Job, expected: [Double])] = []
        for name in Self.written {
            let language = try FamilyTests.load(name, packing: false)
            for (type, tolerance) in kinds {
                let path = "\(scratch.path)/\(name)-\(type).gguf"
                try language.writeGGUF(to: path, as: type)
                let again = try LanguageModel(ModelReference(base: path))
                // No more tokens than the shortest window holds.
                let prompt = again.tokenizer.encode("th", addingSpecial: true)
                let score = try #require(try again.score(["ek"], after: .text("th")).first)
                jobs.append(
                    (
                        "\(name) as \(type)", tolerance,
                        LlamaCpp.Job(
                            model: path, prompt: prompt, completion: score.tokens,
                            vocabulary: again.model.configuration.vocabularySize),
                        score.logprobs
                    ))
            }
        }
        let found = try await LlamaCpp.logprobs(jobs.map(\.job))
        try #require(found.count == jobs.count && jobs.count > 20)
        var compared = 0
        for (job, found) in zip(jobs, found) {
            try #require(found.count == job.expected.count)
            for case (let found?, let expected) in zip(found, job.expected) {
                #expect(abs(found - expected) <= job.tolerance, "\(job.what)")
                compared += 1
            }
        }
        // Where the likeliest token ends the text, llama.cpp tells nothing.
        #expect(compared > jobs.count / 2)
    }

    @Test(arguments: refused.keys.sorted())
    func `what llama.cpp would compute otherwise is refused, and nothing is written`(name: String)
        throws
    {
        let language = try FamilyTests.load(name, packing: false)
        let error = #expect(throws: ModelError.self) {
            try language.writeGGUF(to: self.out, as: .f32)
        }
        #expect(error?.description.contains(Self.refused[name] ?? "?") == true)
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    @Test(arguments: [GGMLType.f16, .q8_0])
    func `numbers are rounded to the nearest that the type has`(type: GGMLType) throws {
        let language = try Golden.tiny(packing: false)
        try language.writeGGUF(to: out, as: type)
        let file = try GGUFFile(path: out)
        let again = try LanguageModel(ModelReference(base: out), packing: false)
        var quantized = 0
        for ((name, value), (_, found)) in zip(language.model.parameters, again.model.parameters) {
            let width = try #require(value.shape.last)
            let (exact, rounded): ([Float], [Float]) = (try value.array(), try found.array())
            let isBlocked = type == .q8_0 && value.shape.count == 2 && width.isMultiple(of: 32)
            if isBlocked { quantized += 1 }
            for start in stride(from: 0, to: exact.count, by: 32) {
                let block = start..<min(start + 32, exact.count)
                let largest = exact[block].map(\.magnitude).max() ?? 0
                // Half a step, and what the scale is rounded by.
                let blockStep: Float = largest * 0.5 / 127 + largest * 0x1p-11
                for index in block {
                    var step: Float = exact[index].magnitude * 0x1p-11 + 0x1p-25
                    if isBlocked { step = blockStep }
                    if value.shape.count == 1 { step = 0 }
                    #expect((exact[index] - rounded[index]).magnitude <= step * 1.001, "\(name)")
                }
            }
        }
        #expect((quantized > 4) == (type == .q8_0))
        // Rows of 48 numbers are no whole blocks.
        #expect(try file.tensor("blk.0.ffn_down.weight").type == .f16)
        #expect(try file.tensor("blk.0.attn_q.weight").type == type)
        #expect(try file.tensor("blk.0.attn_norm.weight").type == .f32)
    }

    @Test func `adapters, chat template and ends of texts go along`() throws {
        let reference = ModelReference(
            base: try Golden.path("tiny-llama"), adapters: [try Golden.path("tiny-adapter")])
        try LanguageModel.merge(reference, toGGUF: out, as: .f32)
        let expected = try LanguageModel(reference)
        let again = try LanguageModel(ModelReference(base: out))
        let tokens = [5, 17, 200, 256, 3, 99, 42, 257, 11]
        expectClose(
            try again.logits(tokens).rows(), try expected.logits(tokens).rows(), within: 1e-4)
        let chat: [Message] = [.user("a"), .assistant("b"), .user("<|end|>")]
        #expect(try again.encode(.messages(chat)) == expected.encode(.messages(chat)))
        #expect(again.endTokens == [257])
        let file = try GGUFFile(path: out)
        let hash: String = try file.value("keel.model_sha256")
        #expect(try hash == LanguageModel.identity(of: reference)["model sha256"])
        // The model has more rows of embeddings than its tokenizer tokens.
        #expect(again.tokenizer.vocabularySize == 300)
        #expect(again.tokenizer.token(299) == "[PAD299]")
    }

    @Test func `a number that does not fit is an error, and leaves nothing`() throws {
        let language = try Golden.tiny(packing: false)
        let parameter = try #require(
            language.model.parameters.first { $0.name == "model.layers.1.mlp.up_proj.weight" })
        try parameter.value.scale(by: 1e9)
        for type in [GGMLType.f16, .q8_0] {
            let error = #expect(throws: ModelError.self) {
                try language.writeGGUF(to: self.out, as: type)
            }
            #expect(error?.description.contains("up_proj") == true)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
        #expect(throws: ModelError.self) { try language.writeGGUF(to: self.out, as: .q4_K) }
        #expect(throws: ModelError.self) {
            try Golden.tiny().writeGGUF(to: self.out, as: .f32)
        }
    }

    @Test func `three ends of a text come back`() throws {
        let folder = scratch.path + "/tiny"
        try FileManager.default.copyItem(atPath: Golden.path("tiny-llama"), toPath: folder)
        try Data(#"{"eos_token_id": [257, 3, 7]}"#.utf8).write(
            to: URL(filePath: folder + "/generation_config.json"))
        try LanguageModel.merge(ModelReference(base: folder), toGGUF: out, as: .f32)
        #expect(try LanguageModel.chat(of: out).endTokens == [257, 3, 7])
    }
}
