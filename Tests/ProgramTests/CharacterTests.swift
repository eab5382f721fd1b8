import Foundation
import Testing

/// `keel constitution` and `keel character`: from a constitution to rows that train.
@Suite struct CharacterTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        try scratch.write(Self.small, to: "small.yaml")
    }

    private static let small = """
        name: small
        version: "1"
        about: For tests.
        traits:
          - id: brief
            wording: I am brief.
            messages: [Hi?, Why so?, Now what?]
            probes: [plain-speech]
        """

    private func keel(_ arguments: String...) async throws -> Program.Outcome {
        try await Program.run(arguments, in: scratch)
    }

    @Test func `a shipped constitution checks, and a finding ends with status 2`() async throws {
        let list = try await keel("constitution")
        expectSuccess(list)
        #expect(list.output.contains("\nsteady  1"))
        let steady = try await keel("constitution", "check", "steady")
        expectSuccess(steady)
        #expect(steady.output.hasPrefix("steady, version 1, fingerprint "))

        try scratch.write(
            Self.small.replacing("I am brief.", with: "I never ramble."), to: "never.yaml")
        let found = try await keel("constitution", "check", "never.yaml")
        #expect(found.status == 2)
        #expect(found.output.contains("\nunscoped (brief): It says \"never\" without a scope."))
        try scratch.write(
            Self.small.replacing("plain-speech", with: "mine"), to: "probe.yaml")
        #expect(try await keel("constitution", "check", "probe.yaml").status == 2)
        try scratch.write(Self.small.replacing("wording", with: "words"), to: "bad.yaml")
        expectRefusal(
            try await keel("constitution", "check", "bad.yaml"),
            "bad.yaml:6: \"traits[0].words\": it is not a field here")
    }

    @Test func `two versions are compared, and a file of others is imported`() async throws {
        try scratch.write(Self.small.replacing("I am brief", with: "I am short"), to: "new.yaml")
        let diff = try await keel("constitution", "diff", "small.yaml", "new.yaml")
        expectSuccess(diff)
        #expect(diff.output == "traits.brief.wording\n- I am brief.\n+ I am short.\n")
        #expect(diff.errors.contains("The version is the same."))

        try scratch.write(
            #"[{"trait": "I am dry.", "questions": ["Rain?"]}]"#, to: "dry.json")
        let made = try await keel("constitution", "import", "dry.json", "--out", "dry.yaml")
        expectSuccess(made)
        #expect(made.output.hasPrefix("dry: 1 traits, fingerprint "))
        expectRefusal(
            try await keel("constitution", "import", "dry.json", "--out", "dry.yaml"),
            "dry.yaml exists already")
    }

    @Test func `rows of a constitution train, and other settings are refused`() async throws {
        func data(_ more: String...) async throws -> Program.Outcome {
            try await Program.run(
                ["character", "data", "small.yaml", "--out", "job", "--messages", "3"]
                    + ["--answers", "2", "--max-tokens", "1", "--reading", "likelihood"]
                    + TinyModel.options + more, in: scratch)
        }
        // One token is no whole answer.
        let cut = try await data()
        #expect(cut.status == 1 && cut.errors.contains("No row is left"))
        #expect(cut.errors.contains("3 cut-off"))
        #expect(Lines(scratch.path("job/answers.jsonl")).count == 6)
        // Whole answers in their place: every step is a file, and the next one goes on from it.
        let prompts = try Lines(scratch.path("job/prompts.jsonl")).decoded(
            as: [String: String].self)
        let answers = prompts.flatMap { prompt in
            ["Yes it is.", "No, not so."].enumerated().map { sample, text in
                #"{"prompt": "\#(prompt["id"] ?? "")", "prompted": false, "sample": \#(sample), "#
                    + #""text": "\#(text)", "cut_off": false}"#
            }
        }
        try scratch.write(answers.joined(separator: "\n") + "\n", to: "job/answers.jsonl")
        let done = try await data()
        expectSuccess(done)
        #expect(done.output.contains("\n3 rows: 3 ranked\n"))
        expectRefusal(
            try await data("--seed", "1"), "holds work under other settings: seed was 0, now 1")

        expectSuccess(try await keel("data", "check", "job/rows.jsonl"))
        let checked = try await keel(
            "constitution", "check", "small.yaml", "--data", "job/rows.jsonl")
        expectSuccess(checked)
        #expect(checked.output.contains("\nbrief      3     0"))
        expectSuccess(
            try await Program.run(
                ["train", "dpo", "--data", "job/rows.jsonl", "--out", "run", "--rank", "2"]
                    + TinyModel.options, in: scratch))
    }

    @Test func `a principle grades answers while a model is trained`() async throws {
        let rows = (0..<4).map { #"{"messages": [{"role": "user", "content": "n\#($0)"}]}"# }
        try scratch.write(rows.joined(separator: "\n"), to: "questions.jsonl")
        let grade = [
            "train", "grpo", "--data", "questions.jsonl", "--out", "run", "--batch-size", "2",
            "--rank", "2", "--max-tokens", "8", "--answers", "3", "--grader", "principle",
            "--judge", TinyModel.path, "--constitution", "small.yaml",
            "--principle-reading", "likelihood",
        ]
        let nobody = try await Program.run(
            grade + ["--principle", "brave"] + TinyModel.options, in: scratch)
        #expect(nobody.status == 64 && nobody.errors.contains("There are brief."))
        expectSuccess(
            try await Program.run(
                grade + ["--principle", "brief"] + TinyModel.options, in: scratch))
        for step in try Lines(scratch.path("run/metrics.jsonl")).decoded(as: [String: Double].self)
        {
            // Win rates of a group add up to half of its size.
            #expect(abs((step["reward"] ?? 0) - 0.5) < 1e-6)
        }
    }
}
