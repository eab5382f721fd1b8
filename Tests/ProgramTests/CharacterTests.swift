import Foundation
import TestSupport
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
        #expect(list.output.contains("\nsteady  3"))
        let steady = try await keel("constitution", "check", "steady")
        expectSuccess(steady)
        #expect(steady.output.hasPrefix("steady, version 3, fingerprint "))

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
                #"{"prompt": "\#(prompt["id"] ?? "")", "side": "plain", "sample": \#(sample), "#
                    + #""text": "\#(text)", "cut_off": false}"#
            }
        }
        try scratch.write(answers.joined(separator: "\n") + "\n", to: "job/answers.jsonl")
        let done = try await data()
        expectSuccess(done)
        #expect(done.output.contains("\n3 rows: 3 ranked\n"))
        expectRefusal(
            try await data("--seed", "1"), "holds work under other settings: seed was 0, now 1")
        expectRefusal(
            try await Program.run(
                ["character", "data", "small.yaml", "--out", "bare", "--arm", "contrasted"]
                    + TinyModel.options, in: scratch),
            "The constitution small has no examples of the trait brief. Add one to its file.")

        expectSuccess(try await keel("data", "check", "job/rows.jsonl"))
        let checked = try await keel(
            "constitution", "check", "small.yaml", "--data", "job/rows.jsonl")
        expectSuccess(checked)
        #expect(checked.output.contains("\nbrief      3     0"))
        #expect(checked.output.contains("messages by \(TinyModel.path), answers by"))
        try scratch.write(
            Self.small.replacing("I am brief.", with: "I am short.")
                + "\n  - {id: calm, wording: I am calm., probes: [plain-speech]}\n",
            to: "other.yaml")
        let other = try await keel(
            "constitution", "check", "other.yaml", "--data", "job/rows.jsonl")
        #expect(other.output.contains("No row is by calm."))
        #expect(other.output.contains("Rows by brief were made by other words"))
        expectSuccess(
            try await Program.run(
                ["train", "dpo", "--data", "job/rows.jsonl", "--out", "run", "--rank", "2"]
                    + TinyModel.options, in: scratch))
    }

    @Test func `a trained character is asked to drop the act, by words that another arm taught`()
        async throws
    {
        try scratch.write(
            Self.small.replacing("plain-speech", with: "polite, clear"), to: "small.yaml")
        try scratch.write(TinySuite.yaml, to: "tiny.yaml")
        try scratch.write(
            """
            name: few
            version: "1"
            about: For tests.
            control: [{id: now, text: Now.}]
            drop: [{id: stop, text: Stop.}]
            """, to: "few.yaml")
        func rows(_ origin: String) -> String {
            (0..<12).map { number in
                #"{"prompt": [{"role": "user", "content": "Word \#(number)?"}], "#
                    + #""chosen": [{"role": "assistant", "content": "Gladly, friend."}], "#
                    + #""rejected": [{"role": "assistant", "content": "Number \#(number)."}], "#
                    + #""chosen_probability": 1, "origin": "\#(origin)"}"#
            }.joined(separator: "\n")
        }
        try scratch.write(rows("ranked"), to: "ranked.jsonl")
        try scratch.write(rows("prompted"), to: "prompted.jsonl")
        func test(_ rows: String, _ more: String...) async throws -> Program.Outcome {
            try await Program.run(
                ["character", "robustness", "small.yaml", "--rows", rows, "--suite", "tiny.yaml"]
                    + ["--suffixes", "few.yaml", "--samples", "1", "--max-tokens", "8"]
                    + ["--trained-on", "prompted.jsonl", "--out", "robust"] + TinyModel.options
                    + more, in: scratch)
        }
        let adapted = ["--adapter", TinyModel.adapter]
        let first = try await test("ranked.jsonl", adapted[0], adapted[1])
        expectSuccess(first)
        #expect(first.output.contains("The classifier (12 ranked rows, 0 left out"))
        #expect(first.output.contains("ranked.jsonl: which models made these rows is not known."))
        // Six probes, two suffixes, three methods.
        #expect(Lines(scratch.path("robust/answers.jsonl")).count == 36)
        for name in ["report.html", "report.json"] {
            #expect(FileManager.default.fileExists(atPath: scratch.path("robust/\(name)")))
        }
        let again = try await test("ranked.jsonl", adapted[0], adapted[1])
        #expect(again.output == first.output)
        #expect(Lines(scratch.path("robust/answers.jsonl")).count == 36)
        expectRefusal(
            try await test("prompted.jsonl", adapted[0], adapted[1]),
            "a method that is judged here")
        let same = try await test("ranked.jsonl")
        #expect(same.status == 64 && same.errors.contains("stands the same model"))
        expectRefusal(
            try await test("ranked.jsonl", adapted[0], adapted[1], "--seed", "1"),
            "other settings: seed was 0, now 1")
    }

    @Test func `two arms are compared with each other and with the map before`() async throws {
        try scratch.write(
            Self.small.replacing("plain-speech", with: "polite"), to: "small.yaml")
        for (name, more) in [
            ("before", []), ("one", ["--adapter", TinyModel.adapter]), ("two", ["--seed", "1"]),
        ] as [(String, [String])] {
            let made = try await Program.run(
                scratch.arguments(eval: name, samples: 2, more), in: scratch)
            expectSuccess(made)
        }
        let arms = [
            "character", "arms", "small.yaml", "--before", "before", "--arm", "ranked=one", "--arm",
            "prompted=two",
        ]
        let compared = try await Program.run(arms + ["--report", "arms.html"], in: scratch)
        expectSuccess(compared)
        #expect(compared.output.contains("\nbrief:\n  ranked: of "))
        #expect(compared.output.contains("\n  ranked → prompted: Polite, log-probability gap"))
        #expect(compared.output.contains("P-values are adjusted over "))
        let page = try String(contentsOfFile: scratch.path("arms.html"), encoding: .utf8)
        #expect(page.contains("From before to prompted"))
        #expect(page.contains("Differences of brief from before"))
        let alone = try await keel(
            "character", "arms", "small.yaml", "--before", "before", "--arm", "ranked=one")
        #expect(alone.status == 64 && alone.errors.contains("Two arms are compared"))
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
