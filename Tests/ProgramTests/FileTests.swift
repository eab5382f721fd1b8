import Foundation
import TestSupport
import Testing

/// `keel adapter`, `keel data`, `keel model merge` and `keel model export`.
@Suite struct FileTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func run(_ arguments: String...) async throws -> Program.Outcome {
        try await Program.run(arguments, in: scratch)
    }

    /// Log-probabilities that a model gives to a text.
    private func scores(_ model: String) async throws -> [Double] {
        struct Row: Decodable { var logprobs: [Double] }
        try scratch.write(
            #"{"id": 1, "prompt": "The keel", "completion": " holds."}"#, to: "in.jsonl")
        let name = "\(UUID().uuidString).jsonl"
        expectSuccess(
            try await run(
                "score", "--model", model, "--threads", "1", "--input", "in.jsonl", "--output", name
            ))
        return try #require(Lines(scratch.path(name)).decoded(as: Row.self).first).logprobs
    }

    private func expectClose(_ a: [Double], _ b: [Double]) {
        #expect(a.count == b.count)
        #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-4 }, "\(a) \(b)")
    }

    @Test(arguments: ["gguf", "mlx"])
    func `an adapter goes out and comes back`(format: String) async throws {
        let form = ["--format", format, "--model", TinyModel.path]
        expectSuccess(
            try await Program.run(
                ["adapter", "export", TinyModel.adapter] + form + ["--out", "out"], in: scratch))
        expectSuccess(
            try await Program.run(
                ["adapter", "import", "out"] + form + ["--out", "back/adapter/"], in: scratch))
        expectClose(
            try await scores("\(TinyModel.path)+back/adapter"),
            try await scores("\(TinyModel.path)+\(TinyModel.adapter)"))
        for command in ["export", "import"] {
            expectRefusal(
                try await Program.run(
                    ["adapter", command, "out"] + form + ["--out", "back/adapter"], in: scratch),
                "back/adapter exists already")
        }
    }

    @Test func `a sum of adapters is what the model is with both`() async throws {
        let adapter = TinyModel.adapter
        expectSuccess(
            try await run(
                "adapter", "sum", adapter, adapter, "--weight=2", "--weight=-0.5", "--out", "sum"))
        expectSuccess(try await run("adapter", "sum", adapter, "--weight", "1.5", "--out", "one"))
        expectSuccess(try await run("adapter", "sum", adapter, adapter, "--out", "both"))
        let model = TinyModel.path
        expectClose(try await scores("\(model)+sum"), try await scores("\(model)+one"))
        expectClose(
            try await scores("\(model)+both"), try await scores("\(model)+\(adapter)+\(adapter)"))
        let outcome = try await run(
            "adapter", "sum", adapter, adapter, "--weight", "1", "--out", "x")
        #expect(outcome.status == 64 && outcome.errors.contains("2 adapters and 1 weights"))
        expectRefusal(
            try await run("adapter", "sum", adapter, "--out", "sum"), "sum exists already")
    }

    @Test func `a merged model is what the model is with its adapter`() async throws {
        let model = "\(TinyModel.path)+\(TinyModel.adapter)"
        expectSuccess(try await run("model", "merge", model, "--out", "merged/"))
        expectClose(try await scores("merged"), try await scores(model))
        expectRefusal(
            try await run("model", "merge", model, "--out", "merged"), "merged exists already")
    }

    @Test(arguments: ["f32", "F16", "bf16", "q8_0"])
    func `a model goes out as GGUF, its adapter in it`(type: String) async throws {
        let model = "\(TinyModel.path)+\(TinyModel.adapter)"
        let arguments = ["model", "export", model, "--type", type, "--out", "out.gguf"]
        expectSuccess(try await Program.run(arguments, in: scratch))
        let (found, exact) = (try await scores("out.gguf"), try await scores(model))
        if type == "f32" { expectClose(found, exact) }
        #expect(found.count == exact.count)
        expectRefusal(try await Program.run(arguments, in: scratch), "out.gguf exists already")
    }

    @Test func `a GGUF file is written in four types`() async throws {
        let outcome = try await run(
            "model", "export", TinyModel.path, "--type", "q4_k", "--out", "out.gguf")
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("--type must be f32, f16, bf16, q8_0"))
    }

    @Test(arguments: [
        ["model", "merge", TinyModel.path, "--out", "out"],
        ["model", "export", TinyModel.path, "--type", "f32", "--out", "out"],
        [
            "adapter", "export", TinyModel.adapter, "--model", TinyModel.path, "--format", "gguf",
            "--out", "out",
        ],
        [
            "adapter", "export", TinyModel.adapter, "--model", TinyModel.path, "--format", "mlx",
            "--out", "out",
        ],
        ["data", "convert", "rows.jsonl", "--to", "trl", "--out", "out"],
        ["data", "convert", "rows.jsonl", "--to", "mlx-lm", "--out", "out"],
    ])
    func `where there is no room left, nothing is left behind`(arguments: [String]) async throws {
        let rows = (0..<100).map { #"{"text": "\#($0) \#(String(repeating: "x", count: 80))"}"# }
        try scratch.write(rows.joined(separator: "\n"), to: "rows.jsonl")
        let before = try names()
        let outcome = try await Program.run(arguments, in: scratch, fileLimit: 4096)
        expectRefusal(outcome, "could not write")
        #expect(try names() == before)
    }

    @Test func `a device is not written over`() async throws {
        for arguments in [
            ["data", "convert", "rows.jsonl", "--to", "trl"],
            [
                "adapter", "export", TinyModel.adapter, "--model", TinyModel.path, "--format",
                "gguf",
            ],
        ] {
            try scratch.write(#"{"text": "a"}"#, to: "rows.jsonl")
            expectRefusal(
                try await Program.run(arguments + ["--out", "/dev/full"], in: scratch),
                "/dev/full exists already")
        }
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path)
            .filter { !$0.hasPrefix(".") }.sorted()
    }

    @Test func `a check says what is there and what is wrong`() async throws {
        try scratch.write(
            """
            {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}], "id": 1}
            {"text": "abc"}
            {"text": "abc"}
            {"text": 7}

            """, to: "rows.jsonl")
        let outcome = try await run("data", "check", "rows.jsonl", "--model", TinyModel.path)
        #expect(outcome.status == 1)
        #expect(
            outcome.output == """
                rows.jsonl: 4 rows
                conversational language modeling  1
                language modeling                 2
                tokens of an example: shortest 4, median 4, 95 % up to 23, longest 23
                tokens in all: 31, trained on: 8
                not read: field "id", in 1 rows
                line 3, duplicate: it repeats line 2.
                line 4, malformed: field "text" must be text.

                """)
        struct Report: Decodable {
            struct Problem: Decodable {
                var line: Int
                var kind: String
            }
            var rows: Int
            var problems: [Problem]
        }
        let json = try await run("data", "check", "rows.jsonl", "--json", "--allow-duplicates")
        #expect(json.status == 1)
        let reports = try JSONDecoder().decode([Report].self, from: Data(json.output.utf8))
        #expect(reports.map(\.rows) == [4])
        #expect(reports.first?.problems.map(\.line) == [4])
    }

    @Test func `probes of shipped and given suites are kept out`() async throws {
        let suite = try scratch.write(TinySuite.yaml, to: "tiny.yaml")
        try scratch.write(
            #"{"prompt": "Sun hot?", "completion": "a"}"# + "\n", to: "rows.jsonl")
        expectSuccess(try await run("data", "check", "rows.jsonl"))
        let found = try await run("data", "check", "rows.jsonl", "--suite", suite)
        #expect(found.status == 1)
        #expect(found.output.contains("line 1, evaluation: it asks what probe"))
        expectRefusal(
            try await run(
                "data", "convert", "rows.jsonl", "--to", "trl", "--out", "out", "--suite", suite),
            "rows.jsonl, line 1: it asks what probe")
    }

    @Test func `converted rows are counted, fields left out are named`() async throws {
        try scratch.write(
            (0..<10).map { #"{"prompt": "\#($0)", "completion": "a", "id": \#($0)}"# }
                .joined(separator: "\n"), to: "rows.jsonl")
        let outcome = try await run(
            "data", "convert", "rows.jsonl", "--to", "mlx-lm", "--out", "set", "--valid", "0.2")
        expectSuccess(outcome)
        #expect(outcome.output == "train.jsonl  8 rows\nvalid.jsonl  2 rows\n")
        #expect(outcome.errors == "Left out: field \"id\", in 10 rows.\n")
        expectRefusal(
            try await run(
                "data", "convert", "rows.jsonl", "--to", "trl", "--out", "x", "--valid", "0.2"),
            "valid and test must be left out")
    }

    @Test(arguments: [
        ["adapter", "export", "missing", "--format", "gguf", "--model", TinyModel.path],
        ["adapter", "import", "missing", "--format", "gguf", "--model", TinyModel.path],
        ["adapter", "import", "missing", "--format", "mlx", "--model", TinyModel.path],
        ["adapter", "import", TinyModel.path, "--format", "gguf", "--model", TinyModel.path],
        ["model", "merge", "\(TinyModel.path)+missing"],
        ["data", "convert", "missing", "--to", "trl"],
    ])
    func `what is not there is refused by its name`(arguments: [String]) async throws {
        let outcome = try await Program.run(arguments + ["--out", "out"], in: scratch)
        expectRefusal(
            outcome, arguments[2].hasPrefix("/") && arguments[0] == "adapter" ? "folder" : "missing"
        )
        #expect(try names().isEmpty)
    }
}
