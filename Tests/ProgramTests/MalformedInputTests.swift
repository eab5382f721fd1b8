import Foundation
import TestSupport
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

    private func train(_ options: [String]) async throws -> Program.Outcome {
        try scratch.write(#"{"prompt": "a", "completion": "b"}"#, to: "rows.jsonl")
        return try await Program.run(
            ["train", "sft", "--data", scratch.path("rows.jsonl"), "--out", scratch.path("run")]
                + TinyModel.options + options, in: scratch)
    }

    @Test(arguments: [
        (["--epochs", "1e30"], "epochs must be above 0 and at most 1e9"),
        (["--epochs", "nan"], "epochs must be above 0"),
        (["--batch-size", "0"], "batch-size must be above 0"),
        (["--rank", "0"], "rank must be from 1 to 65536"),
        (["--rank", "9223372036854775807"], "rank must be from 1 to 65536"),
        (["--alpha", "inf"], "alpha must be above 0"),
        (["--max-length=-5", "--overlength", "truncate"], "max-length must be above 0"),
        (["--layers", "0-9999"], "the model has layers 0 to"),
    ])
    func `a number out of range for training`(options: [String], complaint: String) async throws {
        expectRefusal(try await train(options), complaint)
        #expect(!FileManager.default.fileExists(atPath: scratch.path("run")))
    }

    @Test(arguments: ["0-9223372036854775807", "3-x", "x", "1-0", "0-1-1", "-1"])
    func `layers that are no range of blocks`(layers: String) async throws {
        let outcome = try await train(["--layers=" + layers])
        #expect(outcome.status == 64 && outcome.errors.contains("write it like 0-11"), "\(outcome)")
    }

    @Test func `a step larger than any file takes all rows`() async throws {
        expectSuccess(try await train(["--batch-size", "9223372036854775807"]))
    }

    @Test func `an input that is not there`() async throws {
        expectRefusal(
            try await Program.run(
                ["score", "--input", "none.jsonl", "--output", "out.jsonl"] + TinyModel.options,
                in: scratch), "none.jsonl: there is no such file")
    }
}
