import Foundation
import KeelFormats
import KeelLanguage
import KeelModel
import KeelTensor
import KeelTokenizer
import TestSupport
import Testing

/// Models whose weights take 8 or 4 bits, and those that do not fit into memory.
@Suite struct FewerBitsTests {
    /// Long enough for products of 8 bits to be made in float32.
    private let tokens = (0..<40).map { ($0 * 37 + 5) % 256 }

    private func tiny(_ weights: WeightPrecision, adapters: [String] = []) throws -> LanguageModel {
        try LanguageModel(
            ModelReference(base: Golden.path("tiny-llama"), adapters: adapters.map(Golden.path)),
            weights: weights)
    }

    /// The tiny model in float32, each matrix replaced by what 8 bits say of it.
    private func rounded(adapters: [String] = []) throws -> LanguageModel {
        let language = try Golden.tiny(adapters: adapters, packing: false)
        for (_, value) in language.model.parameters where value.rank == 2 {
            let held = try #require(try QuantisedWeight(value, precision: .int8))
            try value.assign(held.rows(Tensor.arange(0..<value.size(0))))
        }
        return language
    }

    @Test(arguments: [[], ["tiny-adapter"]])
    func `a model in 8 bits is the model of its rounded weights, adapters as they are`(
        _ adapters: [String]
    ) throws {
        let found = try tiny(.int8, adapters: adapters).logits(tokens).rows()
        let expected = try rounded(adapters: adapters).logits(tokens).rows()
        expectClose(found, expected, within: 1e-3)
        // And not the model as it was.
        let whole = try Golden.tiny(adapters: adapters).logits(tokens).rows()
        let moved = zip(found.joined(), whole.joined()).map { abs($0 - $1) }.max() ?? 0
        #expect(moved > 1e-2)
    }

    @Test func `the loss of a model against itself is none, of 8 bits less than of 4`() throws {
        let whole = try tiny(.full)
        let none = try PrecisionLoss(of: whole, to: whole, tokens: tokens)
        #expect(none.loss == 0 && none.divergence == 0)
        #expect(none.tokens == 39 && none.agreements == 39)
        let eight = try PrecisionLoss(of: tiny(.int8), to: whole, tokens: tokens)
        let four = try PrecisionLoss(of: tiny(.int4), to: whole, tokens: tokens)
        #expect(eight.divergence > 0 && eight.divergence < four.divergence)
        #expect(four.loss.isFinite && four.agreements <= 39)
        #expect(throws: ModelError.self) {
            try PrecisionLoss(of: whole, to: whole, tokens: [1])
        }
    }

    @Test(arguments: [WeightPrecision.int8, .int4])
    func `answers and scores come, the same ones twice`(_ weights: WeightPrecision) async throws {
        let reference = ModelReference(base: try Golden.path("tiny-llama"))
        var options = SamplingOptions()
        options.maxTokens = 12
        options.seed = 3
        var said: [[String]] = []
        for _ in 0..<2 {
            let chat = try await LocalChatModel(reference, weights: weights, maxBatch: 8)
            let answers = try await chat.complete(.text("keel"), samples: 0..<5, options: options)
            said.append(answers.map(\.text))
        }
        #expect(said[0] == said[1] && Set(said[0]).count > 1)
        let scores = try await LocalChatModel(reference, weights: weights)
            .score(["a", "bc"], after: .text("keel"))
        #expect(scores.map(\.tokens.count) == [1, 2])
        #expect(scores.flatMap(\.logprobs).allSatisfy { $0 < 0 && $0.isFinite })
    }

    @Test(arguments: [ElementType.bfloat16, .float16])
    func `narrower numbers answer in a batch as the model does alone`(_ type: ElementType)
        async throws
    {
        let reference = ModelReference(base: try Golden.path("tiny-llama"))
        let alone = try LanguageModel(reference, type: type)
        let chat = try await LocalChatModel(reference, type: type)
        let options = SamplingOptions(temperature: 0, maxTokens: 6)
        let answers = try await chat.complete(.text("keel"), samples: 0..<3, options: options)
        let tokens = alone.tokenizer.encode("keel", addingSpecial: true)
        for answer in answers {
            #expect(!answer.tokens.isEmpty)
            // Sums in another order may turn a tie, so no token is far from the likeliest.
            let text = tokens + answer.tokens
            let logits = try alone.logits(text).to(.float32).rows()
            for (index, token) in answer.tokens.enumerated() {
                let row = logits[tokens.count - 1 + index]
                #expect((row.max() ?? 0) - row[token] < 0.25)
            }
        }
        let score = try await chat.score(["abc"], after: .text("keel"))[0]
        let whole = try LanguageModel(reference).score(["abc"], after: .text("keel"))[0]
        #expect(score.tokens == whole.tokens)
        for (narrow, wide) in zip(score.logprobs, whole.logprobs) {
            #expect(abs(narrow - wide) < 0.25)
        }
    }

    @Test func `such weights are neither trained nor written, and say so`() throws {
        let language = try tiny(.int8)
        #expect(language.model.parameters.allSatisfy { $0.value.rank == 1 })
        let scratch = try Scratch()
        #expect(throws: ModelError.self) { try language.write(to: scratch.path + "/out") }
        #expect(throws: ModelError.self) {
            try language.writeGGUF(to: scratch.path + "/out.gguf", as: .f32)
        }
        let adapter = try LoRA(
            PEFTConfiguration(rank: 2, alpha: 4, targets: .names(["q_proj", "down_proj"])),
            for: language.model, seed: 1)
        #expect(throws: ModelError.self) { try adapter.merge(into: language.model) }
        for (_, value) in adapter.parameters { try value.requireGradient() }
        try adapter.attach(to: language.model)
        let error = #expect(throws: TensorError.self) {
            let hidden = try language.model(Tensor(tokens).unsqueezed(0))
            try language.model.logits(hidden).sum().backward()
        }
        #expect(error?.reason.contains("load the model with weights as f32") == true)
        let reference = ModelReference(base: try Golden.path("tiny-llama"))
        let refused = #expect(throws: ModelError.self) {
            try LanguageModel(reference, packing: false, weights: .int4)
        }
        #expect(refused?.description.contains("load them as f32") == true)
        #expect(throws: ModelError.self) {
            try LanguageModel(reference, type: .bfloat16, weights: .int8)
        }
    }

    @Test func `what weights need is known beforehand`() throws {
        let configuration = try LanguageModel.configuration(of: Golden.path("tiny-llama"))
        let norms = (2 * 2 + 1) * 32
        let plain = MemoryNeed(configuration, type: .float32, packing: nil)
        let matrices = configuration.parameterCount - norms
        #expect(plain.byteCount == Double(4 * matrices + 4 * 300 * 32))
        // Packed, an untied output layer is no copy more, and 2 bytes are half of 4.
        let packed = MemoryNeed(configuration, type: .bfloat16, packing: .full)
        #expect(packed.byteCount == Double(2 * matrices + 4 * 300 * 32))
        let eight = MemoryNeed(configuration, type: .float32, packing: .int8)
        let rows = 2 * 300 + 2 * (32 + 16 + 16 + 32 + 48 + 48 + 32)
        #expect(eight.byteCount == Double(matrices + 2 * rows + 4 * 300 * 32))
        // Tied, no output layer is read beside the rest; embeddings alone are, before it.
        var tied = configuration
        tied.tieWordEmbeddings = true
        let blocks = Double(matrices - 2 * 300 * 32)
        #expect(
            MemoryNeed(tied, type: .float32, packing: .full).byteCount
                == 4 * (blocks + 2 * 300 * 32 + 48 * 32))
        tied.vocabularySize = 300_000
        #expect(
            MemoryNeed(tied, type: .float32, packing: .int8).byteCount
                == Double((4 + 1) * 300_000 * 32 + 2 * 300_000))
    }

    @Test func `a model that does not fit is refused with what it needs and what would`() throws {
        let configuration = try LanguageModel.configuration(of: Golden.path("tiny-llama"))
        let whole = MemoryNeed(configuration, type: .float32, packing: .full)
        try whole.check(path: "m", available: nil)
        try whole.check(path: "m", available: whole.byteCount)
        let eight = MemoryNeed(configuration, type: .float32, packing: .int8).byteCount
        #expect(
            throws: ModelError.tooLarge(
                path: "m", needed: whole.byteCount, available: eight, fewer: .int8)
        ) {
            try whole.check(path: "m", available: eight)
        }
        #expect(
            throws: ModelError.tooLarge(
                path: "m", needed: whole.byteCount, available: 1, fewer: nil)
        ) {
            try whole.check(path: "m", available: 1)
        }
        let error = ModelError.tooLarge(
            path: "big.gguf", needed: 30.04e9, available: 12e9, fewer: .int8)
        #expect(
            error.description
                == "big.gguf was not loaded: its weights need 30.0 GB of memory, and 12.0 GB are free; "
                + "with --weights int8 they fit.")
    }

    @Test func `a model that does not fit is refused before a weight is looked for`() throws {
        let scratch = try Scratch()
        let folder = scratch.path + "/model"
        try FileManager.default.copyItem(atPath: Golden.path("tiny-llama"), toPath: folder)
        let config = try String(contentsOfFile: folder + "/config.json", encoding: .utf8)
        try config.replacing("\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": 4096")
            .replacing("\"intermediate_size\": 48", with: "\"intermediate_size\": 1048576")
            .write(toFile: folder + "/config.json", atomically: true, encoding: .utf8)
        // 1.6 TB; the weights in the folder are 140 kB, so that reading them would end otherwise.
        let error = #expect(throws: ModelError.self) {
            try LanguageModel(ModelReference(base: folder))
        }
        guard case .tooLarge(_, let needed, let available, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(needed > 1.6e12 && available < needed)
    }

    @Test func `weights over a mapped file can be changed, and the file is not`() throws {
        let scratch = try Scratch()
        let folder = scratch.path + "/model"
        try FileManager.default.copyItem(atPath: Golden.path("tiny-llama"), toPath: folder)
        let file = URL(filePath: folder + "/model.safetensors")
        let before = try Data(contentsOf: file)
        let language = try LanguageModel(ModelReference(base: folder), packing: false)
        let logits = try language.logits([1, 2, 3]).rows()
        for (_, value) in language.model.parameters { try value.scale(by: 0.5) }
        #expect(try language.logits([1, 2, 3]).rows() != logits)
        #expect(try Data(contentsOf: file) == before)
        let again = try LanguageModel(ModelReference(base: folder), packing: false)
        #expect(try again.logits([1, 2, 3]).rows() == logits)
    }
}
