import Foundation
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// `keel train`: from rows to an adapter that `keel generate` uses.
@Suite struct TrainTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        let rows = (0..<12).map { number in
            #"{"messages": [{"role": "user", "content": "n\#(number)"}, {"role": "assistant", "content": "yes"}]}"#
        }
        try scratch.write(rows.joined(separator: "\n"), to: "sft.jsonl")
        let pairs = (0..<6).map { #"{"prompt": "p\#($0)", "chosen": "aa", "rejected": "bb"}"# }
        try scratch.write(pairs.joined(separator: "\n"), to: "dpo.jsonl")
    }

    private func train(_ method: String, _ out: String, _ options: String...) async throws
        -> Program.Outcome
    {
        try await Program.run(arguments(method, out, options), in: scratch)
    }

    private func arguments(_ method: String, _ out: String, _ options: [String]) -> [String] {
        ["train", method, "--data", scratch.path(method + ".jsonl"), "--out", scratch.path(out)]
            + ["--batch-size", "3", "--rank", "4", "--learning-rate", "1e-2"] + TinyModel.options
            + options
    }

    private func metrics(_ out: String) throws -> [[String: Double]] {
        try Lines(scratch.path(out + "/metrics.jsonl")).decoded()
    }

    @Test func `an adapter is trained, learns, and changes what generate says`() async throws {
        let outcome = try await train("sft", "run", "--epochs", "10", "--sample-every", "20")
        expectSuccess(outcome)
        #expect(outcome.output.hasPrefix("40 steps, ") && outcome.output.contains("run/adapter"))
        let losses = try metrics("run").compactMap { $0["loss"] }
        #expect(losses.count == 40 && losses[39] < losses[0] / 2)
        #expect(try metrics("run").last?["samples/repetition"] != nil)
        let rows = #"{"id": 1, "messages": [{"role": "user", "content": "n3"}]}"#
        let answers = try await scratch.generate(
            rows, "--temperature", "0", "--max-tokens", "4", "--adapter",
            scratch.path("run/adapter"))
        #expect(answers.map(\.text) == ["yes"])
    }

    @Test func `preferences begin at ln 2 and tell chosen from rejected`() async throws {
        expectSuccess(try await train("dpo", "run", "--epochs", "10", "--json"))
        let steps = try metrics("run")
        #expect(steps.first?["loss"].map { abs($0 - log(2)) < 1e-5 } == true)
        #expect(steps.last?["rewards/accuracies"] == 1)
        // What the model says is looked at ten times, unasked.
        let looks = steps.filter { $0["samples/repetition"] != nil }
        #expect(looks.compactMap { $0["step"] } == Array(stride(from: 2.0, through: 20, by: 2)))
        #expect(looks.allSatisfy { $0["samples/boilerplate"] != nil })
        expectSuccess(try await train("dpo", "unseen", "--max-steps", "1", "--sample-every", "0"))
        #expect(try metrics("unseen").allSatisfy { $0["samples/repetition"] == nil })
    }

    @Test func `a YAML file sets options, and those of the command line win`() async throws {
        try scratch.write(
            """
            learning-rate: 0.002
            max-steps: 3
            gradient-checkpointing: true
            target: [q_proj, v_proj]
            """, to: "train.yaml")
        expectSuccess(
            try await train(
                "sft", "run", "--config", scratch.path("train.yaml"), "--schedule", "constant"))
        #expect(try metrics("run").map { $0["learning_rate"] } == [0.01, 0.01, 0.01])
        try scratch.write("lerning-rate: 1", to: "train.yaml")
        let outcome = try await train("sft", "other", "--config", scratch.path("train.yaml"))
        #expect(outcome.status == 64 && outcome.errors.contains("lerning-rate"))
    }

    @Test func `a row that cannot be trained on stops it before anything is written`() async throws
    {
        try scratch.write(#"{"messages": [{"role": "user"}]}"#, to: "sft.jsonl")
        expectRefusal(
            try await train("sft", "run"), "sft.jsonl, line 1", "messages[0].content")
        #expect(!FileManager.default.fileExists(atPath: scratch.path("run")))
    }

    @Test func `a row with the canary of any suite is refused`() async throws {
        try scratch.write(TinySuite.yaml, to: "tiny.yaml")
        try scratch.write(
            #"{"messages": [{"role": "user", "content": "keel-tiny-suite"}, {"role": "assistant", "content": "a"}]}"#,
            to: "sft.jsonl")
        expectRefusal(
            try await train("sft", "run", "--suite", scratch.path("tiny.yaml")),
            "sft.jsonl, line 1", "canary")
        expectSuccess(try await train("sft", "run"))
    }

    @Test func `the robust loss refuses a label that says nothing`() async throws {
        let smoothed = try await train(
            "dpo", "run", "--loss", "robust", "--label-smoothing", "0.4999")
        expectRefusal(smoothed, "dpo.jsonl, line 1", "chosen_probability")
        let rows = [0.9, 0.5].map {
            #"{"prompt": "p\#($0)", "chosen": "aa", "rejected": "bb", "chosen_probability": \#($0)}"#
        }
        try scratch.write(rows.joined(separator: "\n"), to: "dpo.jsonl")
        expectRefusal(
            try await train("dpo", "run", "--loss", "robust"), "dpo.jsonl, line 2",
            "chosen_probability")
        #expect(!FileManager.default.fileExists(atPath: scratch.path("run")))
    }

    @Test func `other settings in the same folder are refused`() async throws {
        expectSuccess(try await train("sft", "run", "--max-steps", "1"))
        expectRefusal(try await train("sft", "run", "--max-steps", "2"), "maxSteps")
    }

    @Test func `a whole model is trained and can be used`() async throws {
        expectSuccess(try await train("sft", "run", "--full", "--max-steps", "2"))
        let outcome = try await Program.run(
            ["model", "info", scratch.path("run/model")], in: scratch)
        expectSuccess(outcome)
    }

    @Test func `killed twenty times, in steps and while saving, it comes to the same end`()
        async throws
    {
        let options = ["--epochs", "12", "--save-every", "1"]
        expectSuccess(
            try await Program.run(arguments("sft", "whole", options), in: scratch))
        let file = scratch.path("killed/metrics.jsonl")
        // A line is logged just before its checkpoint is written.
        try await Program.killRepeatedly(
            arguments("sft", "killed", options), in: scratch, onceFile: file,
            hasLines: (1...20).map { 2 * $0 }
        ) { try FileManager.default.removeItem(atPath: scratch.path("killed")) }
        expectSuccess(try await Program.run(arguments("sft", "killed", options), in: scratch))
        let (whole, killed) = (try metrics("whole"), try metrics("killed"))
        #expect(killed.map { $0["step"] } == whole.map { $0["step"] })
        #expect(killed.map { $0["loss"] } == whole.map { $0["loss"] })
        func adapter(_ out: String) throws -> Data {
            try Data(
                contentsOf: URL(filePath: scratch.path(out + "/adapter/adapter_model.safetensors")))
        }
        #expect(try adapter("killed") == adapter("whole"))
    }
}
