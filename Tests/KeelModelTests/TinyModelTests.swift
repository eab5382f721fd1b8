import Foundation
import KeelFormats
import KeelLanguage
import KeelModel
import KeelTensor
import Testing

/// A folder in Hugging Face layout, its hooks and an adapter, against transformers and PEFT.
@Suite struct TinyModelTests {
    struct Reference: Decodable {
        var tokens: [Int]
        var logits: [[Float]]
        var embed: [[Float]]?
        var resid_post_0: [[Float]]?
        var final_norm: [[Float]]?
    }

    @Test(arguments: [true, false]) func `logits and hidden states are those of transformers`(
        _ packing: Bool
    ) throws {
        let reference: Reference = try Golden.decode("tiny-llama.json")
        let language = try Golden.tiny(packing: packing)
        var seen: [HookPoint: [[Float]]] = [:]
        var hooks = Hooks()
        for point in [HookPoint.embed, .residPost(layer: 0), .finalNorm] {
            hooks.at(point) { activation in
                seen[point] = try activation.rows()
                return nil
            }
        }
        let logits = try language.logits(reference.tokens, hooks: hooks)
        expectClose(try logits.rows(), reference.logits, within: 1e-4)
        expectClose(seen[.embed] ?? [], try #require(reference.embed), within: 1e-5)
        expectClose(
            seen[.residPost(layer: 0)] ?? [], try #require(reference.resid_post_0), within: 1e-4)
        expectClose(seen[.finalNorm] ?? [], try #require(reference.final_norm), within: 1e-4)
    }

    @Test(arguments: [true, false]) func `an adapter does what PEFT does`(_ packing: Bool) throws {
        let reference: Reference = try Golden.decode("tiny-adapter.json")
        let language = try Golden.tiny(adapters: ["tiny-adapter"], packing: packing)
        expectClose(try language.logits(reference.tokens).rows(), reference.logits, within: 1e-4)
    }

    @Test func `every hook point is met once, in order, and can change what follows`() throws {
        let language = try Golden.tiny()
        let points = HookPoint.all(layers: 2)
        var met: [HookPoint] = []
        var hooks = Hooks()
        for point in points {
            hooks.at(point) { _ in
                met.append(point)
                return nil
            }
        }
        let plain = try language.logits([1, 2, 3], hooks: hooks).rows()
        #expect(met == points)
        for point in points {
            #expect(HookPoint(point.description, layers: 2) == point)
            var doubling = Hooks()
            doubling.at(point) { try $0 * 2 }
            let changed = try language.logits([1, 2, 3], hooks: doubling).rows()
            #expect(changed != plain, "\(point) changed nothing")
        }
        #expect(HookPoint("blocks.2.hook_resid_post", layers: 2) == nil)
    }

    @Test func `gradients reach an activation through plain weights`() throws {
        let language = try Golden.tiny(packing: false)
        var kept: Tensor?
        var hooks = Hooks()
        hooks.at(.residPost(layer: 0)) { activation in
            let leaf = try activation.detached()
            try leaf.requireGradient()
            kept = leaf
            return leaf
        }
        let hidden = try language.model(Tensor([1, 2, 3], shape: [1, 3]), hooks: hooks)
        try language.model.logits(hidden).square().sum().backward()
        let gradient = try #require(kept?.gradient)
        #expect(gradient.shape == [1, 3, 32])
        #expect(try gradient.abs().sum().item() > 0)
    }

    // MARK: Files that must not load

    /// A copy of the tiny model in a folder of its own, to be spoilt.
    private func spoilt(_ change: (String) throws -> Void) throws -> ModelReference {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "keel-\(UUID().uuidString)"
        ).path
        try FileManager.default.copyItem(atPath: Golden.path("tiny-llama"), toPath: folder)
        try change(folder)
        return ModelReference(base: folder)
    }

    private func edit(_ path: String, _ from: String, _ to: String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains(from))
        try text.replacing(from, with: to).write(toFile: path, atomically: true, encoding: .utf8)
    }

    @Test func `what the configuration and the weights disagree on is named`() throws {
        let reference = try spoilt {
            try edit($0 + "/config.json", "\"intermediate_size\": 48", "\"intermediate_size\": 40")
        }
        defer { try? FileManager.default.removeItem(atPath: reference.base) }
        let error = #expect(throws: ModelError.self) { try LanguageModel(reference) }
        #expect(
            error
                == .weightShape(
                    name: "model.layers.0.mlp.gate_proj.weight", found: [48, 32],
                    expected: [40, 32]))
    }

    @Test func `a weight left over is refused, not skipped`() throws {
        let reference = try spoilt {
            try edit($0 + "/config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1")
        }
        defer { try? FileManager.default.removeItem(atPath: reference.base) }
        let error = #expect(throws: ModelError.self) { try LanguageModel(reference) }
        #expect(error?.description.contains("model.layers.1.input_layernorm.weight") == true)
    }

    @Test(arguments: [
        ("\"model_type\": \"llama\"", "\"model_type\": \"gpt2\"", "gpt2"),
        ("\"rope_type\": \"default\"", "\"rope_type\": \"yarn\"", "yarn"),
        ("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "num_key_value_heads"),
        ("\"hidden_size\": 32", "\"hidden_size\": -1", "hidden_size"),
        ("\"attention_bias\": false", "\"attention_bias\": true", "q_proj.bias"),
        (",\n  \"vocab_size\": 300", "", "vocab_size"),
        ("\"vocab_size\": 300", "\"vocab_size\": }", "config.json"),
    ]) func `a configuration that cannot be run is refused in words`(
        from: String, to: String, word: String
    ) throws {
        let reference = try spoilt { try edit($0 + "/config.json", from, to) }
        defer { try? FileManager.default.removeItem(atPath: reference.base) }
        let error = #expect(throws: ModelError.self) { try LanguageModel(reference) }
        #expect(error?.description.contains(word) == true)
    }

    @Test func `missing files and unknown names say what is known`() throws {
        let reference = try spoilt {
            try FileManager.default.removeItem(atPath: $0 + "/tokenizer.json")
        }
        defer { try? FileManager.default.removeItem(atPath: reference.base) }
        #expect(
            throws: ModelError.unreadable(
                path: reference.base, reason: "it is no model folder, tokenizer.json is missing")
        ) {
            try LanguageModel(reference)
        }
        let error = #expect(throws: ModelError.self) {
            try LanguageModel(ModelReference("no-such-model"))
        }
        #expect(error?.description.contains("smollm2-135m") == true)
    }

    @Test func `an adapter that would not be applied exactly is refused`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "keel-\(UUID().uuidString)"
        ).path
        try FileManager.default.copyItem(atPath: Golden.path("tiny-adapter"), toPath: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let reference = try ModelReference(base: Golden.path("tiny-llama"), adapters: [folder])
        try edit(folder + "/adapter_config.json", "\"use_dora\": false", "\"use_dora\": true")
        var error = #expect(throws: ModelError.self) { try LanguageModel(reference) }
        #expect(error?.description.contains("DoRA") == true)
        try edit(folder + "/adapter_config.json", "\"use_dora\": true", "\"use_dora\": false")
        try edit(folder + "/adapter_config.json", "\"r\": 4", "\"r\": 5")
        error = #expect(throws: ModelError.self) { try LanguageModel(reference) }
        #expect(error?.description.contains("lora_A.weight\" has shape [4, 48]") == true)
    }
}
