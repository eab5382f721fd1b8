import Foundation
import KeelLanguage
import KeelModel
import KeelTensor
import KeelTokenizer
import TestSupport
import Testing

/// Every family of models, against transformers in float32 (Scripts/goldens/families.py).
@Suite struct FamilyTests {
    struct Reference: Decodable {
        var tokens: [Int]
        var logits: [[Float]]
    }

    static let names: [String] = {
        let folder = Bundle.module.url(forResource: "Goldens/families", withExtension: nil)
        let names = folder.flatMap {
            try? FileManager.default.contentsOfDirectory(atPath: $0.path)
        }
        return names?.sorted() ?? []
    }()

    /// Those that are there in GGUF, too: a family each, Mistral's being Llama's.
    private static let inGGUF = [
        "gemma3-of-many-kinds/model.gguf", "llama-3/model.gguf", "qwen2-odd/model.gguf",
        "qwen3-odd/model-00001-of-00003.gguf", "smollm3-odd/model.gguf",
    ]

    static func load(_ name: String, packing: Bool = true) throws -> LanguageModel {
        try LanguageModel(
            ModelReference(base: Golden.path("families/\(name)")), packing: packing)
    }

    static func reference(_ name: String) throws -> Reference {
        try Golden.decode("families/\(name)/logits.json")
    }

    @Test func `every family has three shapes or more`() throws {
        let families = try Self.names.map { name in
            try LanguageModel.configuration(of: Golden.path("families/\(name)")).family
        }
        for family in ModelFamily.allCases {
            #expect(families.count { $0 == family } >= 3, "\(family)")
        }
    }

    @Test(arguments: names, [true, false]) func `logits are those of transformers`(
        _ name: String, _ packing: Bool
    ) throws {
        let reference = try Self.reference(name)
        let language = try Self.load(name, packing: packing)
        expectClose(try language.logits(reference.tokens).rows(), reference.logits, within: 1e-4)
        let count = language.model.parameters.reduce(0) { $0 + $1.value.count }
        if !packing { #expect(count == language.model.configuration.parameterCount) }
    }

    @Test(arguments: inGGUF)
    func `a GGUF file gives the same logits, and so does a folder made of it`(_ name: String)
        throws
    {
        let reference = try Self.reference(String(name.prefix { $0 != "/" }))
        let language = try Self.load(name, packing: false)
        expectClose(try language.logits(reference.tokens).rows(), reference.logits, within: 1e-4)

        let scratch = try Scratch()
        try language.write(to: scratch.path + "/written")
        let written = try LanguageModel(ModelReference(base: scratch.path + "/written"))
        #expect(written.model.configuration == language.model.configuration)
        #expect(written.endTokens == language.endTokens)
        expectClose(try written.logits(reference.tokens).rows(), reference.logits, within: 1e-4)
    }

    @Test func `the text part of a multimodal model is written as a model of text`() throws {
        let language = try Self.load("gemma3-of-many-kinds", packing: false)
        let scratch = try Scratch()
        try language.write(to: scratch.path + "/written")
        let config = try String(
            contentsOfFile: scratch.path + "/written/config.json", encoding: .utf8)
        #expect(config.contains("Gemma3ForCausalLM") && !config.contains("text_config"))
        let written = try LanguageModel(ModelReference(base: scratch.path + "/written"))
        #expect(written.model.configuration == language.model.configuration)
    }

    /// Keys and values that one pass reads are kept as float16, and so are rounded.
    private static func tolerance(_ language: LanguageModel) -> Float {
        language.model.configuration.headDimension.isMultiple(of: 64) ? 2e-2 : 1e-4
    }

    @Test(arguments: names)
    func `texts written together have the log-probabilities of plain passes`(_ name: String)
        async throws
    {
        let chat = try await LocalChatModel(
            ModelReference(base: Golden.path("families/\(name)")), maxBatch: 8, workers: 1)
        let prompts = ["k", "abcdefghijklmno", "thekeelholdstheshipuprightinanyseaQQQ"]
        let options = SamplingOptions(temperature: 0.7, maxTokens: 20, seed: 3)
        let written = try await withThrowingTaskGroup { group in
            for prompt in prompts {
                group.addTask {
                    var told: [[Float]] = [[], []]
                    var completions: [Int: Completion] = [:]
                    let events = chat.stream(
                        .text(prompt), samples: 0..<2, options: options, logprobs: 0)
                    for try await event in events {
                        switch event {
                        case .piece(let sample, _, let tokens):
                            told[sample] += tokens.map { Float($0.drawn.logprob) }
                        case .finished(let sample, let completion):
                            completions[sample] = completion
                        }
                    }
                    return (prompt, told, completions)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        try await chat.withModel { language in
            for (prompt, told, completions) in written {
                let start = try language.encode(.text(prompt))
                for (sample, told) in told.enumerated() {
                    let tokens = try #require(completions[sample]).tokens
                    let all = try language.logits(start + tokens).logSoftmax().rows()
                    expectClose(
                        [told], [tokens.indices.map { all[start.count - 1 + $0][tokens[$0]] }],
                        within: Self.tolerance(language))
                }
            }
        }
    }

    @Test(arguments: names)
    func `completions scored together, after what was read before, come out as plain passes`(
        _ name: String
    ) async throws {
        let chat = try await LocalChatModel(
            ModelReference(base: Golden.path("families/\(name)")), maxBatch: 8, workers: 1)
        let answer = try await chat.complete(
            .text("thekeel"), options: SamplingOptions(temperature: 0, maxTokens: 9))
        for prompt in ["anotherprompt", "thekeel" + answer.text + "andon"] {
            let completions = ["holdstheshipupright", "", "a", "inanysea"]
            let scores = try await chat.score(completions, after: .text(prompt))
            try await chat.withModel { language in
                let start = try language.encode(.text(prompt))
                let expected = try completions.map { completion in
                    let tokens = language.tokenizer.encode(completion)
                    let all = try language.logits(start + tokens).logSoftmax().rows()
                    return tokens.indices.map { all[start.count - 1 + $0][tokens[$0]] }
                }
                expectClose(
                    scores.map { $0.logprobs.map(Float.init) }, expected,
                    within: Self.tolerance(language))
            }
        }
    }

    @Test(arguments: names, [[24, 7, 13], [11, 11]])
    func `texts in one row come out as each alone`(_ name: String, _ lengths: [Int]) throws {
        let language = try Self.load(name)
        let tokens = try Self.reference(name).tokens
        let texts = lengths.map { Array(tokens.suffix($0)) }
        let row = try Tensor(texts.flatMap(\.self)).unsqueezed(0)
        let together = try Engine.withoutGradients {
            try language.model.logits(
                language.model(row, attention: SegmentedAttention(language.model, lengths: lengths))
            ).rows()
        }
        expectClose(
            together, try texts.flatMap { try language.logits($0).rows() }, within: 1e-4)
    }

    @Test(arguments: names) func `every hook point is met once and can change what follows`(
        _ name: String
    ) throws {
        let language = try Self.load(name)
        let points = HookPoint.all(layers: language.model.configuration.numHiddenLayers)
        var met: [HookPoint] = []
        var hooks = Hooks()
        for point in points {
            hooks.at(point) { activation in
                met.append(point)
                let width = activation.shape.dropFirst(2).reduce(1, *)
                #expect(width == point.width(in: language.model.configuration))
                return nil
            }
        }
        let tokens = Array(try Self.reference(name).tokens.prefix(9))
        let plain = try language.logits(tokens, hooks: hooks).rows()
        #expect(met == points)
        for point in points {
            var halving = Hooks()
            halving.at(point) { try $0 * 0.5 }
            #expect(
                try language.logits(tokens, hooks: halving).rows() != plain, "\(point) is idle")
        }
    }

    @Test(arguments: names) func `gradients are those of finite differences, in every parameter`(
        _ name: String
    ) throws {
        let language = try Self.load(name, packing: false)
        let tokens = try Self.reference(name).tokens
        let input = try Tensor(Array(tokens.dropLast())).unsqueezed(0)
        let targets = try Tensor(Array(tokens.dropFirst()))
        func loss() throws -> Tensor {
            try language.model.logits(language.model(input)).squeezed(0).crossEntropy(targets)
        }
        let parameters = language.model.parameters
        for (_, value) in parameters { try value.requireGradient() }
        try loss().backward()
        let gradients = try parameters.map { try #require($0.value.gradient, "\($0.name)") }
        let length = try gradients.reduce(0) { try $0 + Double($1.square().sum().item()) }
            .squareRoot()
        // One step along all gradients, there and back.
        let step = 1e-3 / length
        let slope = try Engine.withoutGradients {
            func after(_ scale: Double) throws -> Double {
                for (parameter, gradient) in zip(parameters, gradients) {
                    try parameter.value.add(gradient, scale: scale)
                }
                return Double(try loss().item())
            }
            return (try after(step) - after(-2 * step)) / (2 * step)
        }
        #expect(abs(slope / (length * length) - 1) < 2e-2)
    }

    @Test func `of several chat templates the default one is for chats`() throws {
        let scratch = try Scratch()
        let folder = scratch.path + "/model"
        try FileManager.default.copyItem(
            atPath: Golden.path("families/llama-linear"), toPath: folder)
        let config = #"""
            {"chat_template": [{"name": "tool_use", "template": "t"},
            {"name": "default", "template": "{{ messages[0].content }}abc"}]}
            """#
        try Data(config.utf8).write(to: URL(filePath: folder + "/tokenizer_config.json"))
        let chat = try LanguageModel.chat(of: folder).chat
        let segments = try chat.segments([.user("keel")], addGenerationPrompt: true)
        #expect(segments.map(\.text).joined() == "keelabc")
    }

    @Test func `a family that is not there is refused with the names of those that are`() throws {
        let scratch = try Scratch()
        let source = try Golden.path("families/llama-odd")
        for file in try FileManager.default.contentsOfDirectory(atPath: source) {
            try FileManager.default.copyItem(
                atPath: "\(source)/\(file)", toPath: "\(scratch.path)/\(file)")
        }
        let config = scratch.path + "/config.json"
        try String(contentsOfFile: config, encoding: .utf8)
            .replacing("\"llama\"", with: "\"mamba\"")
            .write(toFile: config, atomically: true, encoding: .utf8)
        let error = #expect(throws: ModelError.self) {
            try LanguageModel(ModelReference(base: scratch.path))
        }
        let words = error?.description ?? ""
        #expect(words.contains("mamba"))
        for family in ModelFamily.allCases { #expect(words.contains(family.rawValue)) }
    }
}
