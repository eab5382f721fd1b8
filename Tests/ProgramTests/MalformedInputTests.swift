import Foundation
import Testing

/// Broken files end the program with one line that names them: never with a crash.
@Suite struct MalformedInputTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Expects that a model is refused in words that hold `part`.
    private func expectRefused(model: String, _ part: String) async throws {
        try scratch.write(#"{"id": 1, "prompt": "a", "completion": "b"}"#, to: "rows.jsonl")
        let model = ["--model", model, "--threads", "1"]
        expectRefusal(
            try await Program.run(
                ["score", "--input", "rows.jsonl", "--output", "out.jsonl"] + model, in: scratch),
            part)
    }

    @Test func `a GGUF file of garbage`() async throws {
        try await expectRefused(
            model: scratch.write(String(repeating: "garbage", count: 500), to: "bad.gguf"),
            "bad.gguf")
        try await expectRefused(
            model: scratch.write(
                "GGUF\u{3}\0\0\0" + String(repeating: "\u{7F}", count: 500), to: "worse.gguf"),
            "worse.gguf")
    }

    @Test(arguments: [0, 7, 3000, 141_007])
    func `a safetensors file that was cut off`(length: Int) async throws {
        let file = URL(filePath: try scratch.copyModel(as: "cut")).appending(
            path: "model.safetensors")
        try Data(contentsOf: file).prefix(length).write(to: file)
        try await expectRefused(model: "cut", "cut/model.safetensors")
    }

    @Test(arguments: ["config.json", "tokenizer.json", "model.safetensors"])
    func `a model folder that lacks a file`(name: String) async throws {
        try FileManager.default.removeItem(
            atPath: scratch.copyModel(as: "lacking") + "/" + name)
        try await expectRefused(model: "lacking", "lacking")
    }

    @Test(arguments: ["config.json", "tokenizer.json", "chat_template.jinja"])
    func `a model folder with a file of garbage`(name: String) async throws {
        _ = try scratch.copyModel(as: "broken")
        try scratch.write("{% garbage", to: "broken/\(name)")
        try await expectRefused(model: "broken", name)
    }

    @Test func `an adapter of garbage`() async throws {
        try FileManager.default.copyItem(
            atPath: TinyModel.adapter, toPath: scratch.path("adapter"))
        try scratch.write("garbage", to: "adapter/adapter_model.safetensors")
        try await expectRefused(
            model: TinyModel.path + "+adapter", "adapter/adapter_model.safetensors")
    }

    @Test(arguments: [
        ("title: Polite", "titel: Polite", "tiny.yaml:7"),
        ("{kind: rule", "{kind: role", "tiny.yaml:"),
        ("dimensions:", "dimensions: [", "tiny.yaml:"),
    ])
    func `a suite with a mistake`(text: String, mistake: String, place: String) async throws {
        let arguments = try scratch.arguments(eval: "run", samples: 1)
        try scratch.write(TinySuite.yaml.replacing(text, with: mistake), to: "tiny.yaml")
        expectRefusal(try await Program.run(arguments, in: scratch), place)
        #expect(!FileManager.default.fileExists(atPath: scratch.path("run")))
    }

    @Test(arguments: [
        ("--temperature=-1", "temperature is -1.0"),
        ("--max-tokens=0", "max-tokens is 0"),
        ("--device=abacus", "device \"abacus\""),
        ("--threads=0", "threads"),
    ])
    func `an option out of range`(option: String, complaint: String) async throws {
        try scratch.write(#"{"id": 1, "prompt": "a"}"#, to: "rows.jsonl")
        expectRefusal(
            try await Program.run(
                ["generate", "--input", "rows.jsonl", "--output", "out.jsonl"]
                    + ["--model", TinyModel.path, option], in: scratch), complaint)
    }

    @Test func `an input that is not there`() async throws {
        expectRefusal(
            try await Program.run(
                ["score", "--input", "none.jsonl", "--output", "out.jsonl"] + TinyModel.options,
                in: scratch), "none.jsonl: there is no such file")
    }
}
