import Foundation
import TestSupport
import Testing

/// `keel model` and `keel doctor`, on a machine whose cache is empty.
@Suite struct ModelTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func `the list says which models are here`() async throws {
        let outcome = try await Program.run(["model", "list"], in: scratch)
        expectSuccess(outcome)
        #expect(
            outcome.output.hasPrefix("alias         here  licence     what\nsmollm2-135m  no  "))

        struct Row: Decodable {
            var alias, about, licence, path: String
            var installed: Bool
        }
        let json = try await Program.run(["model", "list", "--json"], in: scratch)
        let rows = try JSONDecoder().decode([Row].self, from: Data(json.output.utf8))
        #expect(rows.map(\.alias) == ["smollm2-135m"])
        #expect(rows.allSatisfy { !$0.installed && $0.path.hasPrefix(scratch.path("cache")) })
    }

    @Test func `the facts of a model are those of its files`() async throws {
        let outcome = try await Program.run(
            ["model", "info", TinyModel.path, "--json"], in: scratch)
        expectSuccess(outcome)
        let facts = try JSONDecoder().decode(
            [String: String].self, from: Data(outcome.output.utf8))
        #expect(facts["path"] == TinyModel.path)
        #expect(facts["parameters"] == "34720")
        #expect(facts["vocabulary"] == "300 tokens")
        #expect(facts["window"] == "128 tokens")
        #expect(facts["sha256"]?.count == 64)
        let text = try await Program.run(["model", "info", TinyModel.path], in: scratch)
        #expect(text.output.contains("parameters    34720\n"))
    }

    @Test func `the doctor says what is missing and what to do`() async throws {
        let outcome = try await Program.run(["doctor"], in: scratch)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("ok  engine "))
        #expect(outcome.output.contains("!!  model smollm2-135m  missing"))
        #expect(outcome.output.contains("fetch it with \"keel model pull smollm2-135m\"."))

        struct Finding: Decodable {
            var what, found: String
            var advice: String?
        }
        let json = try await Program.run(["doctor", "--json"], in: scratch)
        #expect(json.status == 1)
        let findings = try JSONDecoder().decode([Finding].self, from: Data(json.output.utf8))
        #expect(findings.first { $0.what == "model smollm2-135m" }?.advice != nil)
    }

    @Test func `a damaged model is found`() async throws {
        try FileManager.default.createDirectory(
            atPath: scratch.path("cache/models"), withIntermediateDirectories: true)
        try scratch.write("GGUF", to: "cache/models/smollm2-135m-instruct.Q4_1.gguf")
        let outcome = try await Program.run(["doctor"], in: scratch)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("the file is damaged"))
    }

    @Test func `offline, a model of the hub that is not here is refused`() async throws {
        let environment = ["HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": scratch.path("hub")]
        for (name, words) in [
            ("org/tiny@v2", "org/tiny@v2 is not in the cache"), ("a/b/c", "There is no model"),
        ] {
            let program = try await Program(
                ["model", "pull", name], in: scratch, environment: environment)
            expectRefusal(try await program.outcome(), words)
        }
    }

    private struct Parity: Decodable {
        struct Step: Decodable {
            var name: String
            var difference: Double?
        }
        struct Loss: Decodable {
            var texts, tokens: Int
            var mean, divergence, agreement: Double
            var interval: [Double]?
        }
        var weights: String
        var first: String?
        var steps: [Step]
        var loss: Loss
    }

    private func parity(_ options: String...) async throws -> (
        status: Int32?, report: Parity
    ) {
        let outcome = try await Program.run(
            ["model", "parity", TinyModel.path, "--json"] + options, in: scratch)
        return (
            outcome.status,
            try JSONDecoder().decode(Parity.self, from: Data(outcome.output.utf8))
        )
    }

    @Test func `what weights in fewer bits cost is told, and only a tolerance judges it`()
        async throws
    {
        let (status, whole) = try await parity()
        #expect(status == 0 && whole.first == nil && whole.weights == "f32")
        #expect(whole.loss.texts == 24 && whole.loss.tokens > 24 && whole.loss.mean == 0)
        #expect(whole.loss.agreement == 1 && whole.loss.interval == nil)

        let (few, four) = try await parity("--weights", "int4")
        #expect(few == 0 && four.first == nil && four.loss.tokens == whole.loss.tokens)
        #expect(four.loss.divergence > 0 && four.loss.agreement < 1)
        let interval = try #require(four.loss.interval)
        #expect(interval[0] <= four.loss.mean && four.loss.mean <= interval[1])

        let (judged, strict) = try await parity("--weights", "int4", "--tolerance", "1e-9")
        #expect(judged == 1 && strict.first == "hook_embed")
    }

    @Test func `texts of one's own are read for the loss`() async throws {
        try scratch.write(#"{"text": "The keel of a boat."}"# + "\n", to: "texts.jsonl")
        let (status, report) = try await parity(
            "--weights", "int8", "--texts", scratch.path("texts.jsonl"))
        #expect(status == 0 && report.loss.texts == 1 && report.loss.interval == nil)
        try scratch.write("{\"text\": \"\"}\n", to: "empty.jsonl")
        let outcome = try await Program.run(
            ["model", "parity", TinyModel.path, "--texts", scratch.path("empty.jsonl")],
            in: scratch)
        #expect(outcome.status != 0 && outcome.errors.contains("no text of two tokens"))
    }

    @Test func `answers come from weights in fewer bits; training and directions need all`()
        async throws
    {
        try scratch.write(#"{"id": 1, "prompt": "a", "completion": "bc"}"#, to: "rows.jsonl")
        let score = ["score", "--input", scratch.path("rows.jsonl")] + TinyModel.options
        var sums: [Double] = []
        for weights in ["f32", "bf16", "int8", "int4"] {
            let out = scratch.path(weights + ".jsonl")
            expectSuccess(
                try await Program.run(
                    score + ["--weights", weights, "--output", out], in: scratch))
            struct Row: Decodable { var sum: Double }
            let rows: [Row] = try Lines(out).decoded()
            sums += rows.map(\.sum)
        }
        #expect(sums.count == 4 && Set(sums).count == 4 && sums.allSatisfy { $0 < 0 })

        let train = ["train", "sft", "--data", "rows.jsonl", "--out", scratch.path("run")]
        let direction = [
            "direction", "find", "--trait", "is dry", "--out", scratch.path("d.gguf"),
        ]
        for command in [train, direction] {
            let outcome = try await Program.run(
                command + TinyModel.options + ["--weights", "int8"], in: scratch)
            #expect(outcome.status != 0)
            #expect(outcome.errors.contains("leave --weights int8 out"), "\(outcome.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.path("run")))
        // A server would not be asked how it holds its weights.
        let remote = try await Program.run(
            [
                "score", "--input", scratch.path("rows.jsonl"), "--output",
                scratch.path("remote.jsonl"), "--model", "http://127.0.0.1:9/v1#m", "--weights",
                "int8",
            ], in: scratch)
        #expect(remote.status != 0)
        #expect(remote.errors.contains("leave --weights int8 out"), "\(remote.errors)")
    }

    @Test func `an unknown model is refused with the aliases there are`() async throws {
        try scratch.write(#"{"id": 1, "prompt": "a", "completion": "b"}"#, to: "rows.jsonl")
        let rows = ["--input", "rows.jsonl", "--output", "out.jsonl"]
        for command in [["model", "info", "nope"], ["score", "--model", "nope"] + rows] {
            expectRefusal(
                try await Program.run(command, in: scratch), "There is no model \"nope\"",
                "known: smollm2-135m")
        }
        expectRefusal(
            try await Program.run(["generate"] + rows, in: scratch),
            "smollm2-135m is not on this machine", "keel model pull smollm2-135m")
        #expect(!FileManager.default.fileExists(atPath: scratch.path("out.jsonl")))
    }
}
