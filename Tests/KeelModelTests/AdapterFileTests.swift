import Foundation
import KeelFormats
import KeelLanguage
import KeelModel
import KeelTensor
import TestSupport
import Testing

/// Adapter files of PEFT, llama.cpp and mlx-lm (Scripts/goldens/adapters.py).
@Suite struct AdapterFileTests {
    struct Logits: Decodable {
        var tokens: [Int]
        var logits: [String: [[Float]]]
    }

    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func logits(_ adapter: LoRA) throws -> [[Float]] {
        let language = try Golden.tiny()
        try adapter.attach(to: language.model)
        return try language.logits(
            Golden.decode("adapters/logits.json", as: Logits.self).tokens
        ).rows()
    }

    private func expected(_ name: String) throws -> [[Float]] {
        try #require(Golden.decode("adapters/logits.json", as: Logits.self).logits[name])
    }

    private func configuration() throws -> TransformerConfiguration {
        try LanguageModel.configuration(of: Golden.path("tiny-llama"))
    }

    // MARK: PEFT

    @Test(arguments: ["rslora", "patterns", "regex"])
    func `an adapter of PEFT gives PEFT's logits, and again when Keel has written it`(
        name: String
    ) throws {
        let adapter = try LoRA(folder: Golden.path("adapters/\(name)"))
        expectClose(try logits(adapter), try expected(name), within: 1e-4)
        try adapter.write(to: scratch.path + "/again")
        let again = try LoRA(folder: scratch.path + "/again")
        #expect(again.configuration == adapter.configuration)
        #expect(try logits(again) == logits(adapter))
    }

    // MARK: llama.cpp

    @Test func `the GGUF adapter is that of llama.cpp's converter, bit for bit`() throws {
        let path = scratch.path + "/tiny.gguf"
        try LoRA(folder: Golden.path("tiny-adapter")).writeGGUF(to: path, for: configuration())
        let written = try GGUFFile(path: path)
        let reference = try GGUFFile(path: Golden.path("adapters/tiny.gguf"))
        #expect(written.metadata == reference.metadata)
        #expect(written.tensors.mapValues(\.shape) == reference.tensors.mapValues(\.shape))
        for name in reference.tensors.keys {
            #expect(
                try written.withBytes(of: name) { Array($0) }
                    == reference.withBytes(of: name) { Array($0) }, "\(name)")
        }
    }

    @Test(arguments: ["rslora", "patterns", "regex"], [ElementType.float32, .float16, .bfloat16])
    func `an adapter comes back from GGUF, whatever its scales and ranks`(
        name: String, type: ElementType
    ) throws {
        let adapter = try LoRA(folder: Golden.path("adapters/\(name)"))
        let path = scratch.path + "/adapter.gguf"
        try adapter.writeGGUF(to: path, for: configuration(), type: type)
        let again = try LoRA(gguf: path, for: configuration())
        let tolerance: [ElementType: Float] = [.float32: 1e-5, .float16: 2e-2, .bfloat16: 0.2]
        expectClose(
            try logits(again), try logits(adapter), within: try #require(tolerance[type]))
        // Its ranks and scales are those of the folder made of it, too.
        try again.write(to: scratch.path + "/folder")
        #expect(try logits(LoRA(folder: scratch.path + "/folder")) == logits(again))
    }

    @Test func `an alpha of 0 is no update, though llama.cpp would read a scale of 1`() throws {
        let model = try Golden.tiny().model
        let adapter = try LoRA(
            PEFTConfiguration(rank: 2, alpha: 0, targets: .names(["q_proj"])), for: model, seed: 1)
        for update in adapter.updates.values {
            try update.b.assign(.full(1, shape: update.b.shape))
        }
        let path = scratch.path + "/adapter.gguf"
        try adapter.writeGGUF(to: path, for: model.configuration)
        let file = try GGUFFile(path: path)
        #expect(try file.value("adapter.lora.alpha", as: Double.self) == 1)
        let again = try LoRA(gguf: path, for: model.configuration)
        expectClose(try logits(again), try logits(adapter), within: 0)
    }

    // MARK: mlx-lm

    @Test func `an adapter of mlx-lm gives mlx-lm's logits`() throws {
        let adapter = try LoRA(mlx: Golden.path("adapters/mlx"), for: configuration())
        expectClose(try logits(adapter), try expected("mlx"), within: 1e-4)
        try adapter.writeMLX(to: scratch.path + "/again", for: configuration())
        let files = try ["adapters/mlx", ""].map {
            try SafetensorsFile(
                path: ($0.isEmpty ? scratch.path + "/again" : Golden.path($0))
                    + "/adapters.safetensors")
        }
        #expect(files[0].tensors.mapValues(\.shape) == files[1].tensors.mapValues(\.shape))
        for name in files[0].tensors.keys {
            #expect(
                try files[0].withBytes(of: name) { Array($0) }
                    == files[1].withBytes(of: name) { Array($0) }, "\(name)")
        }
        let written = try JSONDecoder().decode(
            MLXAdapterConfiguration.self,
            from: Data(contentsOf: URL(filePath: scratch.path + "/again/adapter_config.json")))
        #expect(written.layerCount == 1)
        #expect(written.parameters.keys == ["mlp.down_proj", "self_attn.q_proj"])
        #expect(written.parameters.scale == 1.5 && written.parameters.rank == 3)
    }

    @Test(arguments: ["rslora", "patterns", "regex"])
    func `an adapter comes back from mlx-lm's form, whatever its scales and ranks`(
        name: String
    ) throws {
        let adapter = try LoRA(folder: Golden.path("adapters/\(name)"))
        try adapter.writeMLX(to: scratch.path + "/mlx", for: configuration())
        let again = try LoRA(mlx: scratch.path + "/mlx", for: configuration())
        expectClose(try logits(again), try logits(adapter), within: 1e-5)
    }

    // MARK: What is asked for and not done

    private func folder(editing edit: (inout [String: Any]) -> Void) throws -> String {
        let path = scratch.path + "/edited"
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.copyItem(atPath: Golden.path("tiny-adapter"), toPath: path)
        let file = URL(filePath: path + "/adapter_config.json")
        var config = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        edit(&config)
        try JSONSerialization.data(withJSONObject: config).write(to: file)
        return path
    }

    @Test func `a kind of LoRA that computes something else is refused by name`() throws {
        let edits: [(key: String, value: Any, expected: String)] = [
            ("use_dora", true, "DoRA"), ("bias", "all", "biases"),
            ("modules_to_save", ["lm_head"], "modules_to_save"),
            ("fan_in_fan_out", true, "fan_in_fan_out"), ("peft_type", "LOHA", "LOHA"),
            ("alora_invocation_tokens", [1], "alora_invocation_tokens"),
            ("layer_replication", [[0, 2]], "layer_replication"),
            ("use_qalora", true, "use_qalora"), ("r", 0, "rank is 0"),
            ("rank_pattern", ["(": 2], "regular expression"),
            (
                "rank_pattern", ["q_proj": 2, "self_attn.q_proj": 3],
                "several patterns of rank_pattern"
            ),
            (
                "alpha_pattern", ["q_proj": 2, "self_attn.q_proj": 3],
                "several patterns of alpha_pattern"
            ),
        ]
        for (key, value, expected) in edits {
            let error = #expect(throws: ModelError.self, "\(key)") {
                try LoRA(folder: folder { $0[key] = value })
            }
            #expect(
                "\(try #require(error))".contains(expected), "\(key): \(error?.description ?? "")")
        }
    }

    @Test func `unknown keys, and kinds of LoRA that are off, change nothing`() throws {
        let plain = try logits(LoRA(folder: Golden.path("tiny-adapter")))
        let edited = try folder {
            $0["something_new"] = ["a": 1]
            $0["use_qalora"] = false
            $0["alora_invocation_tokens"] = NSNull()
            $0["target_modules"] = "nonsense that reading does not need"
            $0["rank_pattern"] = ["q_proj": 4, "self_attn.q_proj": 4]
        }
        #expect(try logits(LoRA(folder: edited)) == plain)
    }

    @Test func `an update that fits no layer is not exported`() throws {
        let adapter = try LoRA(folder: Golden.path("tiny-adapter"))
        var smaller = try configuration()
        smaller.layers.removeLast()
        var wider = try configuration()
        wider.hiddenSize = 64
        for configuration in [smaller, wider] {
            #expect(throws: ModelError.self) {
                try adapter.writeGGUF(to: scratch.path + "/x.gguf", for: configuration)
            }
            #expect(throws: ModelError.self) {
                try adapter.writeMLX(to: scratch.path + "/x", for: configuration)
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
    }
}
