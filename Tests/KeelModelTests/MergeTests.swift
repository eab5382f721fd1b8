import Foundation
import KeelFormats
import KeelLanguage
import KeelModel
import KeelTensor
import KeelTokenizer
import TestSupport
import Testing

/// Models written as Hugging Face folders.
@Suite struct MergeTests {
    private static let tokens = [5, 17, 200, 256, 3, 99, 42, 257, 11]
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private var out: String { scratch.path + "/merged" }

    private func tiny(_ adapters: String...) throws -> ModelReference {
        ModelReference(
            base: try Golden.path("tiny-llama"), adapters: try adapters.map(Golden.path))
    }

    @Test(arguments: [[], ["tiny-adapter"], ["tiny-adapter", "adapters/patterns"]])
    func `a merged folder gives the logits of the model with its adapters`(
        adapters: [String]
    ) throws {
        let reference = ModelReference(
            base: try Golden.path("tiny-llama"), adapters: try adapters.map(Golden.path))
        try LanguageModel.merge(reference, to: out)
        let expected = try LanguageModel(reference).logits(Self.tokens).rows()
        let merged = try LanguageModel(ModelReference(base: out))
        expectClose(
            try merged.logits(Self.tokens).rows(), expected, within: adapters.isEmpty ? 0 : 1e-4)
        #expect(merged.endTokens == [257])
        let chat: [Message] = [.user("a"), .assistant("b"), .user("<|end|>")]
        #expect(
            try merged.encode(.messages(chat))
                == LanguageModel(reference).encode(.messages(chat)))
    }

    @Test(arguments: [ElementType.bfloat16, .float16])
    func `narrower weights are merged first and rounded once`(type: ElementType) throws {
        try LanguageModel.merge(tiny("tiny-adapter"), to: scratch.path + "/wide")
        try LanguageModel.merge(tiny("tiny-adapter"), to: out, type: type)
        let wide = try SafetensorsFile(path: scratch.path + "/wide/model.safetensors")
        let narrow = try SafetensorsFile(path: out + "/model.safetensors")
        #expect(narrow.tensors.count == wide.tensors.count)
        for (name, stored) in wide.tensors {
            let values = try wide.withBytes(of: name) {
                try Tensor(copying: $0, shape: stored.shape, type: .float32).to(type).bytes()
            }
            #expect(try narrow.withBytes(of: name) { Array($0) } == values, "\(name)")
        }
        let config = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(filePath: out + "/config.json")))
        #expect((config as? [String: Any])?["dtype"] as? String == type.rawValue)
    }

    @Test func `all else that config.json says stays, and other files are copied`() throws {
        try LanguageModel.merge(tiny(), to: out)
        func config(_ folder: String) throws -> NSDictionary {
            let json = try JSONSerialization.jsonObject(
                with: Data(contentsOf: URL(filePath: folder + "/config.json")))
            var members = try #require(json as? [String: Any])
            members["dtype"] = nil
            members["torch_dtype"] = nil
            return members as NSDictionary
        }
        let source = try Golden.path("tiny-llama")
        #expect(try config(out) == config(source))
        let names = try FileManager.default.contentsOfDirectory(atPath: source).sorted()
        #expect(try FileManager.default.contentsOfDirectory(atPath: out).sorted() == names)
        for name in names where name != "config.json" && name != "model.safetensors" {
            #expect(
                FileManager.default.contentsEqual(
                    atPath: source + "/" + name, andPath: out + "/" + name))
        }
        let metadata = try SafetensorsFile(path: out + "/model.safetensors").metadata
        #expect(metadata["format"] == "pt")
        #expect(
            try metadata["keel model sha256"] == LanguageModel.identity(of: tiny())["model sha256"])
    }

    @Test func `an adapter that does not fit leaves nothing behind`() throws {
        let adapter = scratch.path + "/adapter"
        try FileManager.default.copyItem(atPath: Golden.path("tiny-adapter"), toPath: adapter)
        let file = adapter + "/adapter_model.safetensors"
        let whole = try Data(contentsOf: URL(filePath: file))
        // Cut off anywhere, it is no adapter any more.
        for count in [0, 7, 100, whole.count / 2, whole.count - 1] {
            try whole.prefix(count).write(to: URL(filePath: file))
            #expect(throws: SafetensorsError.self) {
                try LanguageModel.merge(
                    ModelReference(base: Golden.path("tiny-llama"), adapters: [adapter]), to: out)
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["adapter"])
    }

    @Test func `a GGUF file becomes a folder of the checkpoint's weights, bit for bit`() throws {
        let reference = ModelReference(base: try Golden.path("adapters/tiny-llama.gguf"))
        try LanguageModel.merge(reference, to: out)
        let checkpoint = try SafetensorsFile(path: Golden.path("tiny-llama") + "/model.safetensors")
        let written = try SafetensorsFile(path: out + "/model.safetensors")
        #expect(written.tensors.mapValues(\.shape) == checkpoint.tensors.mapValues(\.shape))
        for name in checkpoint.tensors.keys {
            #expect(
                try written.withBytes(of: name) { Array($0) }
                    == checkpoint.withBytes(of: name) { Array($0) }, "\(name)")
        }
    }

    @Test func `the folder of a GGUF file reads, talks and ends as the file does`() throws {
        let reference = ModelReference(base: try Golden.path("adapters/tiny-llama.gguf"))
        try LanguageModel.merge(reference, to: out)
        let (source, folder) = (try LanguageModel(reference), try LanguageModel(.init(base: out)))
        let text = "Grüße, ab 12345 <|end|> 世界 🌍  \n\n\tend"
        #expect(folder.tokenizer.encode(text) == source.tokenizer.encode(text))
        #expect(
            folder.tokenizer.encode(text, parsingSpecial: true)
                == source.tokenizer.encode(text, parsingSpecial: true))
        #expect(folder.endTokens == source.endTokens)
        #expect(folder.tokenizer.endOfSequence == source.tokenizer.endOfSequence)
        #expect(folder.tokenizer.beginningOfSequence == source.tokenizer.beginningOfSequence)
        #expect(folder.model.configuration == source.model.configuration)
        let prompt = try source.encode(.messages([.user("Hi"), .assistant("ab"), .user("Bye")]))
        #expect(
            try folder.encode(.messages([.user("Hi"), .assistant("ab"), .user("Bye")])) == prompt)
        expectClose(try folder.logits(prompt).rows(), try source.logits(prompt).rows(), within: 0)
    }

    @Test func `tokenizer_config.json says where a text ends, as text or as an object`() throws {
        let path = scratch.path + "/model"
        try FileManager.default.copyItem(atPath: Golden.path("tiny-llama"), toPath: path)
        func end(_ value: String) throws -> Int? {
            try Data(#"{"eos_token": \#(value), "bos_token": null}"#.utf8)
                .write(to: URL(filePath: path + "/tokenizer_config.json"))
            return try LanguageModel.tokenizer(of: path).endOfSequence
        }
        #expect(try end(#""<|end|>""#) == 257)
        #expect(try end(#"{"content": "<|end|>", "lstrip": false}"#) == 257)
        #expect(try end("null") == nil)
        for wrong in [#""<|nowhere|>""#, "7", "{}"] {
            #expect(throws: ModelError.self) { try end(wrong) }
        }
    }
}
