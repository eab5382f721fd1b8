import Foundation
import KeelFormats
import KeelLanguage
import KeelModel
import KeelTensor
import TestSupport
import Testing

@Suite struct LoRATests {
    private static let tokens = [5, 17, 200, 256, 3, 99, 42]

    private func logits(_ language: LanguageModel) throws -> [[Float]] {
        try language.logits(Self.tokens).rows()
    }

    /// An adapter that changes something: B is drawn, too.
    private func adapter(
        _ model: Transformer, rank: Int = 3,
        targets: PEFTConfiguration.Targets = .pattern("all-linear"),
        layers: [Int]? = nil, isRankStabilized: Bool = false, seed: UInt64
    ) throws -> LoRA {
        let lora = try LoRA(
            PEFTConfiguration(
                rank: rank, alpha: 6, isRankStabilized: isRankStabilized, targets: targets,
                layers: layers), for: model, seed: seed)
        let generator = try RandomGenerator(seed: seed + 1)
        for update in lora.updates.values {
            try update.b.assign(Tensor.normal(update.b.shape, generator: generator) * 0.2)
        }
        return lora
    }

    @Test(arguments: [true, false])
    func `a new adapter changes nothing, a trained one does while it is on`(
        _ packing: Bool
    ) throws {
        let language = try Golden.tiny(packing: packing)
        let plain = try logits(language)
        let fresh = try LoRA(
            PEFTConfiguration(rank: 2, alpha: 4, targets: .names(["q_proj"])),
            for: language.model, seed: 1)
        try fresh.attach(to: language.model)
        expectClose(try logits(language), plain, within: 1e-6)
        let lora = try adapter(language.model, seed: 2)
        try lora.attach(to: language.model)
        #expect(try logits(language) != plain)
        expectClose(try lora.whileOff { try logits(language) }, plain, within: 1e-6)
        #expect(lora.isOn)
        lora.detach(from: language.model)
        expectClose(try logits(language), plain, within: 1e-6)
    }

    @Test func `targets are names, patterns or all linear layers, in a range of blocks`() throws {
        let model = try Golden.tiny().model
        func modules(_ targets: PEFTConfiguration.Targets, _ layers: [Int]? = nil) throws
            -> [String]
        {
            try LoRA(
                PEFTConfiguration(rank: 1, alpha: 1, targets: targets, layers: layers),
                for: model, seed: 0
            ).updates.keys.sorted()
        }
        #expect(try modules(.pattern("all-linear")).count == 14)
        #expect(try modules(.names(["q_proj", "lm_head"])).count == 3)
        #expect(try modules(.names(["q_proj"]), [1]) == ["model.layers.1.self_attn.q_proj"])
        #expect(
            try modules(.pattern(#".*\.0\.mlp\.(up|down)_proj"#)) == [
                "model.layers.0.mlp.down_proj", "model.layers.0.mlp.up_proj",
            ])
        for (targets, layers) in [
            (.names(["c_attn"]), nil), (.pattern("nothing"), nil), (.pattern("("), nil),
            (.names(["q_proj"]), [2]),
        ] as [(PEFTConfiguration.Targets, [Int]?)] {
            #expect(throws: ModelError.self) { try modules(targets, layers) }
        }
    }

    @Test(arguments: [true, false]) func `an adapter that was written is the one that is read`(
        _ isRankStabilized: Bool
    ) throws {
        let folder = try Scratch()
        let language = try Golden.tiny()
        let lora = try adapter(
            language.model, targets: .names(["v_proj", "down_proj"]), layers: [1],
            isRankStabilized: isRankStabilized, seed: 3)
        try lora.attach(to: language.model)
        let expected = try logits(language)
        try lora.write(to: folder.path + "/adapter")
        try lora.write(to: folder.path + "/adapter")
        let again = try LanguageModel(
            ModelReference(base: Golden.path("tiny-llama"), adapters: [folder.path + "/adapter"]))
        #expect(try logits(again) == expected)
        #expect(try LoRA(folder: folder.path + "/adapter").configuration == lora.configuration)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["adapter"])
    }

    @Test func `merged weights do what the adapter does, but packed ones take none`() throws {
        let language = try Golden.tiny(packing: false)
        let lora = try adapter(language.model, seed: 4)
        try lora.attach(to: language.model)
        let expected = try logits(language)
        lora.detach(from: language.model)
        try lora.merge(into: language.model)
        expectClose(try logits(language), expected, within: 1e-4)
        let packed = try Golden.tiny()
        #expect(throws: ModelError.self) { try lora.merge(into: packed.model) }
    }

    @Test func `the sum of adapters is both at once, which a linear merge is not`() throws {
        let language = try Golden.tiny()
        let first = try adapter(language.model, rank: 3, seed: 5)
        let second = try adapter(
            language.model, rank: 2, targets: .names(["q_proj", "up_proj"]), seed: 7)
        for lora in [first, second] { try lora.attach(to: language.model) }
        let both = try logits(language)
        for lora in [first, second] { lora.detach(from: language.model) }

        let sum = try LoRA.sum([first, second])
        #expect(sum.configuration.rank == 5)
        try sum.attach(to: language.model)
        expectClose(try logits(language), both, within: 1e-4)
        sum.detach(from: language.model)

        // PEFT's combination_type "linear": A and B are added up by themselves.
        let third = try adapter(language.model, rank: 3, seed: 9)
        let linear = LoRA(
            first.configuration,
            updates: try first.updates.reduce(into: [:]) { result, entry in
                let other = try #require(third.updates[entry.key])
                result[entry.key] = LowRank(
                    a: try entry.value.a + other.a, b: try entry.value.b + other.b,
                    scale: other.scale)
            })
        let exact = try LoRA.sum([first, third])
        try exact.attach(to: language.model)
        let wanted = try logits(language)
        exact.detach(from: language.model)
        try linear.attach(to: language.model)
        let merged = try logits(language)
        let difference = zip(merged.joined(), wanted.joined()).map { abs($0 - $1) }.max() ?? 0
        #expect(difference > 0.1)
    }

    @Test func `weights of a sum scale each adapter`() throws {
        let language = try Golden.tiny()
        let lora = try adapter(language.model, seed: 5)
        try LoRA.sum([lora, lora], weights: [0.25, 0.75]).attach(to: language.model)
        let sum = try logits(language)
        let plain = try Golden.tiny()
        try lora.attach(to: plain.model)
        expectClose(sum, try logits(plain), within: 1e-4)
        #expect(throws: ModelError.self) { try LoRA.sum([]) }
    }

    @Test func `an adapter of another model is refused, and nothing is attached`() throws {
        let language = try Golden.tiny()
        let lora = try adapter(language.model, seed: 6)
        let stranger = LoRA(
            lora.configuration,
            updates: lora.updates.merging(
                [
                    "model.layers.9.mlp.up_proj": LowRank(
                        a: try .zeros([1, 32]), b: try .zeros([48, 1]), scale: 1)
                ]) { own, _ in own })
        let plain = try logits(language)
        #expect(throws: ModelError.self) { try stranger.attach(to: language.model) }
        #expect(try logits(language) == plain)
    }
}
