import Foundation
import TestSupport
import Testing

/// `keel train grpo` and `keel train distill`: learning from the model's own answers.
@Suite struct TrainSamplingTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        let rows = (0..<6).map { #"{"messages": [{"role": "user", "content": "n\#($0)"}]}"# }
        try scratch.write(rows.joined(separator: "\n"), to: "rows.jsonl")
    }

    private func train(_ method: String, _ options: String...) async throws -> Program.Outcome {
        try await Program.run(
            ["train", method, "--data", scratch.path("rows.jsonl"), "--out", scratch.path("run")]
                + ["--batch-size", "3", "--rank", "4", "--max-tokens", "8"] + TinyModel.options
                + options, in: scratch)
    }

    /// An adapter that says yes.
    private func yesSayer() async throws -> String {
        let chats = (0..<12).map {
            #"{"messages": [{"role": "user", "content": "n\#($0)"}, {"role": "assistant", "content": "yes"}]}"#
        }
        try scratch.write(chats.joined(separator: "\n"), to: "chats.jsonl")
        expectSuccess(
            try await Program.run(
                ["train", "sft", "--data", scratch.path("chats.jsonl"), "--out"]
                    + [scratch.path("teacher"), "--batch-size", "3", "--epochs", "10"]
                    + ["--learning-rate", "1e-2"] + TinyModel.options, in: scratch))
        return scratch.path("teacher/adapter")
    }

    private func metrics() throws -> [[String: Double]] {
        try Lines(scratch.path("run/metrics.jsonl")).decoded()
    }

    private func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: scratch.path(name))
    }

    @Test(arguments: ["group", "leave-one-out"])
    func `rewards of a rule train an adapter`(baseline: String) async throws {
        let rule = ["--grader", "rule", "--like", "y", "--dislike", "m"]
        expectSuccess(
            try await Program.run(
                ["train", "grpo", "--data", scratch.path("rows.jsonl")]
                    + ["--out", scratch.path("run"), "--batch-size", "3", "--max-tokens", "8"]
                    + ["--answers", "4", "--baseline", baseline] + rule + TinyModel.options,
                in: scratch))
        let steps = try metrics()
        #expect(steps.count == 2 && exists("run/adapter/adapter_model.safetensors"))
        for step in steps {
            #expect(step["reward"].map { (-1...1).contains($0) } == true)
            #expect(step["judgements/failed"] == 0)
        }
    }

    @Test func `a kept thread is a reward`() async throws {
        expectSuccess(try await train("grpo", "--grader", "continuity", "--answers", "4"))
        let steps = try metrics()
        #expect(steps.count == 2 && exists("run/adapter/adapter_model.safetensors"))
        for step in steps {
            #expect(step["reward"].map { (-1...1).contains($0) } == true)
            #expect(step["judgements/failed"] == 0)
        }
    }

    @Test func `an answer is held against the row's, and turned round only by name`() async throws {
        let adapter = try await yesSayer()
        for (name, answer, polarity, range) in [
            ("right", "Yes.", "as-graded", 0.5...1), ("wrong", "no", "as-graded", 0...0),
            ("turned", "yes", "reward-wrong-answers", -1...(-0.5)),
        ] as [(String, String, String, ClosedRange<Double>)] {
            let rows = (0..<3).map {
                #"{"messages": [{"role": "user", "content": "n\#($0)"}], "answer": "\#(answer)"}"#
            }
            let data = try scratch.write(rows.joined(separator: "\n"), to: "asked.jsonl")
            let options = [
                "--grader", "answer", "--polarity", polarity, "--adapter", adapter, "--answers",
                "2", "--max-tokens", "8", "--temperature", "0.01",
            ]
            expectSuccess(
                try await Program.run(
                    ["train", "grpo", "--data", data, "--out", scratch.path(name)] + options
                        + TinyModel.options, in: scratch))
            let steps: [[String: Double]] = try Lines(scratch.path("\(name)/metrics.jsonl"))
                .decoded()
            #expect(!steps.isEmpty)
            #expect(steps.allSatisfy { range.contains($0["reward"] ?? .nan) }, "\(steps)")
        }
    }

    @Test func `a judge who takes the same letter in every order rewards nothing`() async throws {
        let judge = try scratch.copyWideModel(as: "judge")
        let rubric =
            "rubrics:\n  - {id: tone, asks: Polite?, behaviour: Yes., opposite: No.,"
            + " neither: Neither.}\ndimensions:\n"
        let suite = TinySuite.yaml.replacing("dimensions:\n", with: rubric)
            .replacing("- {kind: gap,", with: "- {kind: judge, rubric: tone}\n      - {kind: gap,")
        try scratch.write(suite, to: "judged.yaml")
        // A random model likes a letter, whatever it stands for, so its votes contradict each other.
        expectRefusal(
            try await train(
                "grpo", "--grader", "judge", "--judge", judge, "--rubric", "tone",
                "--rubric-suite", scratch.path("judged.yaml"), "--judge-reading", "scored",
                "--answers", "2", "--max-steps", "1"), "No answer of step 1 could be judged.")
        #expect(!exists("run/adapter/adapter_model.safetensors"))
    }

    @Test func `a judge that fails is no reward, and nothing is learned of it`() async throws {
        // The rubric does not fit the tiny model's window, so no verdict can come.
        expectRefusal(
            try await train(
                "grpo", "--grader", "judge", "--judge", TinyModel.path, "--rubric", "serves-good",
                "--judge-reading", "scored"), "No answer of step 1 could be judged")
        #expect(!exists("run/adapter"))
    }

    @Test func `a grader has to be named, with what it needs`() async throws {
        for (options, word) in [
            ([], "--grader is needed"), (["--grader", "rule"], "--like or --dislike"),
            (["--grader", "judge", "--judge", TinyModel.path], "--rubric"),
            (["--grader", "answer", "--like", "y"], "--grader rule"),
            (["--grader", "rule", "--like", "y", "--polarity", "wrong"], "reward-wrong-answers"),
        ] {
            let outcome = try await Program.run(
                ["train", "grpo", "--data", scratch.path("rows.jsonl")]
                    + ["--out", scratch.path("run")] + TinyModel.options + options, in: scratch)
            #expect(outcome.status == 64 && outcome.errors.contains(word), "\(outcome)")
        }
        expectRefusal(
            try await train("grpo", "--grader", "answer"), "rows.jsonl, line 1", "answer")
        #expect(!exists("run"))
    }

    @Test func `a prompt is distilled on the model's own answers`() async throws {
        try scratch.write("Say ah.\n", to: "system.txt")
        expectSuccess(try await train("distill", "--system-file", scratch.path("system.txt")))
        let losses = try metrics().compactMap { $0["loss"] }
        #expect(losses.count == 2 && losses.allSatisfy { $0 > 0 })
        #expect(exists("run/adapter") && !exists("run/answers.jsonl"))
    }

    @Test func `off policy, the teacher's answers are rows without the prompt`() async throws {
        // A teacher that comes to an end.
        let teacher = try await yesSayer()
        let options = [
            "--off-policy", "--system", "Say ah.", "--temperature", "0", "--adapter", teacher,
        ]
        func distil() async throws -> Program.Outcome {
            try await Program.run(
                ["train", "distill", "--data", scratch.path("rows.jsonl"), "--out"]
                    + [scratch.path("run"), "--max-tokens", "8"] + TinyModel.options + options,
                in: scratch)
        }
        expectSuccess(try await distil())
        let answers = Array(Lines(scratch.path("run/answers.jsonl")))
        #expect(!answers.isEmpty && answers.count <= 6)
        for answer in answers {
            #expect(answer.contains(#""role":"assistant""#) && !answer.contains("Say ah"))
        }
        // The same command goes on with the same answers.
        expectSuccess(try await distil())
        #expect(Array(Lines(scratch.path("run/answers.jsonl"))) == answers)
    }

    @Test(arguments: [
        (#"{"prompt": "plain"}"#, "prompt"),
        (
            #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}"#,
            "messages"
        ),
        (
            #"{"messages": [{"role": "user", "content": "\#(String(repeating: "n", count: 120))"}]}"#,
            "leaves no room"
        ),
    ])
    func `a row that nobody can be asked is refused before anything is written`(
        row: String, words: String
    ) async throws {
        try scratch.write(row, to: "rows.jsonl")
        for policy in [[], ["--off-policy"]] {
            expectRefusal(
                try await Program.run(
                    ["train", "distill", "--data", scratch.path("rows.jsonl"), "--out"]
                        + [scratch.path("run"), "--system", "Say ah.", "--max-tokens", "8"]
                        + TinyModel.options + policy, in: scratch), "rows.jsonl, line 1", words)
            #expect(!exists("run"))
        }
    }
}
