import Foundation
import TestSupport
import Testing

/// `keel activations`, `sae`, `diff`, `direction`, `data screen` and `--steer`, one after the other.
@Suite struct InsideTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        let rows = (0..<40).map { number in
            number.isMultiple(of: 2)
                ? #"{"text": "the keel \#(number) holds a ship \#(number * number)"}"#
                : #"{"messages": [{"role": "user", "content": "n\#(number)"}, {"role": "assistant", "content": "yes, aye"}]}"#
        }
        try scratch.write(rows.joined(separator: "\n"), to: "corpus.jsonl")
        let questions = (0..<8).map {
            #"{"id": "q\#($0)", "domain": "\#($0 % 2)", "prompt": "what is \#($0)?"}"#
        }
        try scratch.write(questions.joined(separator: "\n"), to: "questions.jsonl")
    }

    private func run(_ arguments: String...) async throws -> Program.Outcome {
        try await Program.run(arguments, in: scratch)
    }

    private func harvest(_ out: String) async throws {
        let outcome = try await Program.run(
            [
                "activations", "--data", scratch.path("corpus.jsonl"), "--at",
                "blocks.1.hook_resid_post", "--out", scratch.path(out), "--window", "32",
            ] + TinyModel.options, in: scratch)
        expectSuccess(outcome)
    }

    @Test func `from text to a report of what an adapter changed`() async throws {
        try await harvest("acts")
        expectSuccess(
            try await run(
                "sae", "train", "--activations", scratch.path("acts"), "--out",
                scratch.path("sae"), "--latents", "64", "--k", "4", "--batch-size", "64",
                "--passes", "10", "--threads", "1"))
        let evaluated = try await Program.run(
            [
                "sae", "evaluate", scratch.path("sae/sae"), "--activations", scratch.path("acts"),
                "--data", scratch.path("corpus.jsonl"), "--held-out", "1", "--json",
            ] + TinyModel.options, in: scratch)
        expectSuccess(evaluated)
        #expect(evaluated.output.contains("\"recovered\""))
        let features = try await Program.run(
            [
                "sae", "features", scratch.path("sae/sae"), "--activations", scratch.path("acts"),
                "--latent", "3", "--latent", "9", "--top", "2", "--text", "<b>the keel & co</b>",
                "--out",
                scratch.path("latents.html"), "--json",
            ] + TinyModel.options, in: scratch)
        expectSuccess(features)
        let page = try String(contentsOfFile: scratch.path("latents.html"), encoding: .utf8)
        #expect(page.contains("Latent 9") && !page.contains("<b>the"))
        let encoded = scratch.path("encoded.safetensors")
        let encode = [
            "sae", "encode", scratch.path("sae/sae"), "--activations", scratch.path("acts"),
            "--max-tokens", "10", "--out", encoded, "--threads", "1",
        ]
        expectSuccess(try await Program.run(encode, in: scratch))
        #expect(FileManager.default.fileExists(atPath: encoded))
        expectRefusal(try await Program.run(encode, in: scratch), "exists already")

        let outcome = try await run(
            "diff", TinyModel.path, "\(TinyModel.path)+\(TinyModel.adapter)", "--sae",
            scratch.path("sae/sae"), "--activations", scratch.path("acts"), "--questions",
            scratch.path("questions.jsonl"), "--out", scratch.path("diff"), "--max-tokens", "8",
            "--screen", "1", "--strength", "0.5", "--look-for", "a", "--threads", "1", "--json")
        expectSuccess(outcome)
        struct Result: Decodable {
            struct Latent: Decodable {
                var latent: Int
                var rank: Int
            }
            var latents: [Latent]
        }
        let result = try JSONDecoder().decode(Result.self, from: Data(outcome.output.utf8))
        #expect(result.latents.map(\.rank) == Array(1...64))
        let report = try String(contentsOfFile: scratch.path("diff/report.html"), encoding: .utf8)
        for part in [
            "Change and attribution", "Steering", "out of sample", "What the latents mean",
        ] {
            #expect(report.contains(part))
        }
    }

    @Test func `a direction is found, steers answers and screens rows`() async throws {
        let file = scratch.path("trait.gguf")
        expectSuccess(
            try await Program.run(
                [
                    "direction", "find", "--trait", "is kind", "--questions",
                    scratch.path("questions.jsonl"), "--samples", "1", "--max-tokens", "6", "--out",
                    file,
                ] + TinyModel.options, in: scratch))
        let info = try await run("direction", "info", file)
        expectSuccess(info)
        #expect(info.output.contains("trait is kind"))
        let tried = try await Program.run(
            [
                "direction", "try", file, "--layer", "1", "--questions",
                scratch.path("questions.jsonl"), "--max-tokens", "6", "--strength", "4",
                "--look-for", "a", "--json",
            ] + TinyModel.options, in: scratch)
        expectSuccess(tried)
        struct Tried: Decodable {
            struct Dose: Decodable {
                var strength: Double
                var incoherent: Double
                var answers: Int
            }
            var doses: [Dose]
        }
        let doses = try JSONDecoder().decode(Tried.self, from: Data(tried.output.utf8)).doses
        #expect(doses.map(\.strength) == [0, 4])
        #expect(doses.allSatisfy { $0.answers == 8 && (0...1).contains($0.incoherent) })
        let rows = #"{"id": 1, "prompt": "the keel"}"#
        let plain = try await scratch.generate(rows, "--temperature", "0", "--max-tokens", "12")
        let none = try await scratch.generate(
            rows, "--temperature", "0", "--max-tokens", "12", "--steer", "\(file):0@1")
        let steered = try await scratch.generate(
            rows, "--temperature", "0", "--max-tokens", "12", "--steer", "\(file):8@1")
        #expect(none.map(\.text) == plain.map(\.text))
        #expect(steered.map(\.text) != plain.map(\.text))
        #expect(plain.allSatisfy { $0.incoherence == nil })
        for row in none + steered {
            let mark = try #require(row.incoherence)
            #expect((mark.surprise ?? 0 > 0) == !row.tokens.isEmpty)
            #expect((0...1).contains(mark.repetition))
        }
        try await expectSummary(of: file)
        try await expectSteeredScores(file)
        let screened = try await Program.run(
            [
                "data", "screen", scratch.path("corpus.jsonl"), "--direction", "\(file)@1", "--out",
                scratch.path("screen.jsonl"),
            ] + TinyModel.options, in: scratch)
        expectSuccess(screened)
        #expect(Lines(scratch.path("screen.jsonl")).count == 20)
        #expect(screened.errors.contains("20 rows have no answer"))
        let pairs = (0..<6).map {
            #"{"prompt": "keel \#($0)", "chosen": "a ship \#($0)", "rejected": "no \#($0)"}"#
        }
        try scratch.write(pairs.joined(separator: "\n"), to: "pairs.jsonl")
        let inspect = [
            "data", "inspect", scratch.path("pairs.jsonl"), "--direction", "\(file)@1",
            "--resamples", "1000",
        ]
        let inspected = try await Program.run(inspect + TinyModel.options, in: scratch)
        expectSuccess(inspected)
        #expect(inspected.output.contains("projection on \(file)@1"))
        #expect(inspected.output.contains("Read along directions by "))
        let short = try await Program.run(
            inspect + ["--window", "2"] + TinyModel.options, in: scratch)
        #expect(short.status == 64 && short.errors.contains("nothing of an answer is within 2"))
        expectRefusal(
            try await Program.run(
                [
                    "generate", "--input", scratch.write(rows, to: "in.jsonl"), "--output",
                    scratch.path("no.jsonl"), "--steer", "\(file):1@0",
                ] + TinyModel.options, in: scratch), "no direction for layer 0")
    }

    /// Steered answers end in a summary, which counts those of an earlier sitting.
    private func expectSummary(of file: String) async throws {
        struct Summary: Decodable {
            var answers: Int
            var surprise: Interval?
            struct Interval: Decodable {
                var value, low, high: Double
            }
        }
        let rows = (0..<3).map { #"{"id": \#($0), "prompt": "keel \#($0)"}"# }
        let input = try scratch.write(rows.joined(separator: "\n"), to: "steered-in.jsonl")
        let first = try scratch.write(rows.prefix(2).joined(separator: "\n"), to: "two.jsonl")
        for (input, count) in [(first, 2), (input, 3)] {
            let outcome = try await Program.run(
                [
                    "generate", "--input", input, "--output", scratch.path("steered-out.jsonl"),
                    "--max-tokens", "6", "--steer", "\(file):2@1", "--resume", "--json",
                ] + TinyModel.options, in: scratch)
            expectSuccess(outcome)
            let summary = try JSONDecoder().decode(Summary.self, from: Data(outcome.output.utf8))
            #expect(summary.answers == count)
            if let surprise = summary.surprise {
                #expect(0 < surprise.value && surprise.low <= surprise.high)
            }
        }
    }

    /// Steering changes how probable a text is, strength 0 does not.
    private func expectSteeredScores(_ file: String) async throws {
        let input = try scratch.write(
            #"{"id": 1, "prompt": "the keel", "completion": " ab"}"#, to: "score-in.jsonl")
        var outputs: [String] = []
        for (index, steer) in [[], ["--steer", "\(file):0@1"], ["--steer", "\(file):8@1"]]
            .enumerated()
        {
            let output = scratch.path("score-\(index).jsonl")
            expectSuccess(
                try await Program.run(
                    ["score", "--input", input, "--output", output] + steer + TinyModel.options,
                    in: scratch))
            outputs.append(try String(contentsOfFile: output, encoding: .utf8))
        }
        #expect(outputs[0] == outputs[1] && outputs[0] != outputs[2])
    }

    @Test func `a harvest that is killed loses no row and repeats none`() async throws {
        try await harvest("whole")
        let many = (0..<400).map { #"{"text": "row \#($0) of many, each as long as this one"}"# }
        try scratch.write(many.joined(separator: "\n"), to: "corpus.jsonl")
        try await harvest("all")
        let program = try await Program(
            [
                "activations", "--data", scratch.path("corpus.jsonl"), "--at",
                "blocks.1.hook_resid_post", "--out", scratch.path("killed"), "--window", "32",
            ] + TinyModel.options, in: scratch)
        await program.waitUntil(scratch.path("killed/config.json"), hasLines: 1)
        program.signal(SIGKILL)
        _ = try await program.outcome()
        try await harvest("killed")
        let name = "rank-0/00000.blocks.1.hook_resid_post.bin"
        #expect(
            FileManager.default.contentsEqual(
                atPath: scratch.path("all/" + name), andPath: scratch.path("killed/" + name)))
    }

    @Test func `a direction says which architecture it is for, as llama.cpp calls it`() async throws
    {
        // Letters alone, since this model knows few tokens.
        for (name, answer) in [("with.jsonl", "aba"), ("without.jsonl", "zyz")] {
            let rows = "abcdefgh".map { #"{"prompt": "\#($0)", "completion": "\#(answer)"}"# }
            try scratch.write(rows.joined(separator: "\n"), to: name)
        }
        let goldens = URL(filePath: TinyModel.path).deletingLastPathComponent()
        let file = scratch.path("trait.gguf")
        expectSuccess(
            try await run(
                "direction", "find", "--positive", scratch.path("with.jsonl"), "--negative",
                scratch.path("without.jsonl"), "--out", file, "--threads", "1", "--model",
                goldens.appending(path: "families/qwen2-odd").path))
        #expect(try await run("direction", "info", file).output.hasPrefix("model qwen2\n"))
    }

    @Test func `what cannot be read is refused in a sentence`() async throws {
        expectRefusal(
            try await run(
                "sae", "train", "--activations", scratch.path("nowhere"), "--out",
                scratch.path("x")), "holds no activations")
        expectRefusal(
            try await Program.run(
                [
                    "activations", "--data", scratch.path("corpus.jsonl"), "--at", "blocks.7.hook",
                    "--out", scratch.path("y"),
                ] + TinyModel.options, in: scratch), "is no hook point")
        let text = try scratch.write("not a file", to: "plain.gguf")
        #expect(try await run("direction", "info", text).status == 1)
    }
}
