import Foundation
import TestSupport
import Testing

/// What is measured under several prompts, and in rows before they are trained on.
@Suite struct PromptTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func keel(_ arguments: [String]) async throws -> Program.Outcome {
        try await Program.run(arguments, in: scratch)
    }

    private func small(_ more: [String]) throws -> [String] {
        try scratch.write(TinySuite.yaml, to: "tiny.yaml")
        return ["--suite", "tiny.yaml", "--samples", "2", "--max-tokens", "8"]
            + TinyModel.options + more
    }

    @Test func `rows say what they prefer`() async throws {
        let rows = (0..<60).map { number in
            let loud = "Yes\(number % 7 == 0 ? "" : "!") number \(number)"
            let calm = "Yes\(number % 7 == 0 ? "!" : "") number \(number)"
            return
                #"{"prompt": "Question \#(number)?", "chosen": "\#(loud)", "rejected": "\#(calm)"}"#
        }
        try scratch.write(rows.joined(separator: "\n"), to: "rows.jsonl")
        let said = try await keel([
            "data", "inspect", "rows.jsonl", "--top", "2", "--resamples", "2000", "--report",
            "inspect.html",
        ])
        expectSuccess(said)
        #expect(said.output.hasPrefix("60 rows, 60 prompts."))
        #expect(said.output.contains("\nexclamation marks, preferred: rows.jsonl:2 (+1.0)"))
        #expect(said.output.contains("Not seen: ") && said.output.contains("semicolons"))
        let page = try String(contentsOfFile: scratch.path("inspect.html"), encoding: .utf8)
        #expect(page.contains("exclamation marks (preferred)"))
        try scratch.write(#"{"prompt": "a", "chosen": "b"}"#, to: "bad.jsonl")
        expectRefusal(try await keel(["data", "inspect", "bad.jsonl"]), "rejected")
    }

    @Test func `each sentence of a prompt is left out in turn`() async throws {
        try scratch.write("Be kind. Be brief.\n", to: "prompt.txt")
        let ablate = try ["prompt", "ablate", "prompt.txt", "--out", "runs"] + small([])
        let first = try await keel(ablate)
        expectSuccess(first)
        #expect(first.output.contains("Be kind.") && first.output.contains("Be brief."))
        for name in ["whole", "without-01", "without-02"] {
            let lines = Lines(scratch.path("runs/\(name)/samples.jsonl"))
            #expect(lines.count == TinySuite.lines(samples: 2))
        }
        let again = try await keel(ablate)
        expectSuccess(again)
        #expect(again.output == first.output)
        #expect(FileManager.default.fileExists(atPath: scratch.path("runs/report.html")))
        let json = try await keel(ablate + ["--json"])
        struct Ablation: Decodable {
            struct Sentence: Decodable { var text: String }
            var sentences: [Sentence]
        }
        let read = try JSONDecoder().decode(Ablation.self, from: Data(json.output.utf8))
        #expect(read.sentences.map(\.text) == ["Be kind.", "Be brief."])
        expectRefusal(
            try await keel(ablate + ["--samples", "3"]), "samples (2 → 3)")
    }

    @Test func `a principle is swept, and what moved is told by trait`() async throws {
        try scratch.write(
            """
            name: small
            version: "1"
            about: For tests.
            traits:
              - {id: brief, wording: I am brief., messages: ["Hi?"], probes: [polite]}
            """, to: "small.yaml")
        let swept = try await keel(
            ["constitution", "sweep", "small.yaml", "--principle", "brief", "--strength", "plain"]
                + ["--wording", "Be short.", "--out", "sweep"] + small([]))
        expectSuccess(swept)
        #expect(swept.output.contains("1. I am brief.") && swept.output.contains("2. Be short."))
        #expect(FileManager.default.fileExists(atPath: scratch.path("sweep/report.html")))
        let moved = try await keel([
            "character", "moved", "small.yaml", "--before", "sweep/none", "--after",
            "sweep/wording-1-plain", "--report", "moved.html",
        ])
        expectSuccess(moved)
        #expect(moved.output.contains("\nBefore: "))
        #expect(moved.output.contains("\nbrief: of "))
        #expect(moved.output.contains("\n  Polite, log-probability gap"))
        #expect(moved.output.contains("\nElsewhere: no drift was found in"))
        let nobody = try await keel(
            ["constitution", "sweep", "small.yaml", "--principle", "brave", "--out", "s"]
                + small([]))
        #expect(nobody.status == 64 && nobody.errors.contains("There are brief."))
    }

    @Test func `a prompt is not patched by what proves nothing, and the loop is taken up`()
        async throws
    {
        let probes = (0..<6).map {
            "      - {id: p\($0), cluster: c\($0), ask: \"Is \($0) one?\", behaviour: [zebra]}"
        }
        try scratch.write(
            """
            name: six
            version: "1"
            canary: keel-test-six
            about: For tests.
            dimensions:
              - id: stripes
                title: Stripes
                behaviour: Speaks of a zebra.
                opposite: Does not.
                measures: [{kind: rule, better: higher}]
                probes:
            \(probes.joined(separator: "\n"))
            """, to: "six.yaml")
        try scratch.write("Be kind.", to: "prompt.txt")
        func improve(_ more: String...) async throws -> Program.Outcome {
            try await keel(
                [
                    "prompt", "improve", "prompt.txt", "--suite", "six.yaml", "--dimension",
                    "stripes",
                ]
                    + ["--samples", "2", "--max-tokens", "8", "--rounds", "2", "--out", "work"]
                    + ["--cases-per-round", "1"] + TinyModel.options + more)
        }
        let first = try await improve()
        expectSuccess(first)
        #expect(first.output.hasPrefix("0 patches accepted after "))
        #expect(first.output.hasSuffix("\nBe kind.\n"))
        let log = try String(contentsOfFile: scratch.path("work/patches.jsonl"), encoding: .utf8)
        #expect(Lines(scratch.path("work/patches.jsonl")).count == 2)
        // A program killed after the first round goes on with the second and comes to the same.
        let lines = Lines(scratch.path("work/patches.jsonl"))
        try scratch.write(lines[0] + "\n", to: "work/patches.jsonl")
        let again = try await improve()
        expectSuccess(again)
        #expect(again.output == first.output)
        #expect(
            try String(contentsOfFile: scratch.path("work/patches.jsonl"), encoding: .utf8) == log)
        let other = try await improve("--alpha", "0.1")
        expectRefusal(other, "work under other settings: settings.alpha was ")
    }

    @Test func `a concept needs labelled cases of either kind`() async throws {
        try scratch.write("name: x\ndefinition: y", to: "sheet.yaml")
        try scratch.write(#"{"text": "a", "holds": true}"#, to: "one.jsonl")
        let few = try await keel(
            ["concept", "sheet.yaml", "--cases", "one.jsonl"] + TinyModel.options)
        #expect(few.status == 64 && few.errors.contains("at least two cases of either kind"))

        let cases = ["a", "b", "c", "d"].enumerated()
            .map { #"{"text": "\#($1)", "holds": \#($0 < 2)}"# }
        try scratch.write(cases.joined(separator: "\n"), to: "four.jsonl")
        let graded = try await keel(
            ["concept", "sheet.yaml", "--cases", "four.jsonl", "--report", "x.html"]
                + ["--model", scratch.copyWideModel(as: "wide"), "--threads", "1"])
        expectSuccess(graded)
        #expect(graded.output.hasPrefix("x: 4 cases, 2 with it. Separation "))
        #expect(graded.output.contains("\nGraded by "))
        let page = try String(contentsOfFile: scratch.path("x.html"), encoding: .utf8)
        #expect(page.contains("How well “x” is graded") && page.contains("without it"))
    }
}
