import Foundation
import TestSupport
import Testing

/// `keel score`: what other tools lean on.
@Suite struct ScoreTests {
    private let scratch: Scratch
    private static let rows = """
        {"id": "chat", "messages": [{"role": "user", "content": "Hi"}], "completion": "Hello"}
        {"id": 7, "prompt": "Once upon", "completion": " a time"}
        {"id": "wide", "prompt": "é", "completion": "日本 🙂"}

        """

    init() throws { scratch = try Scratch() }

    private func run(_ rows: String, _ more: String...) async throws -> Program.Outcome {
        try scratch.write(rows, to: "rows.jsonl")
        return try await Program.run(
            ["score", "--input", "rows.jsonl", "--output", "out.jsonl"] + TinyModel.options + more,
            in: scratch)
    }

    @Test func `each row has its id, tokens, log-probabilities, sum and mean`() async throws {
        let outcome = try await run(Self.rows)
        expectSuccess(outcome)
        #expect(outcome.output == "", "results go to the file, progress to standard error")
        #expect(outcome.errors.contains("3 of 3 (100%)"))
        let lines = Lines(scratch.path("out.jsonl"))
        for line in lines {
            let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(row?.keys.sorted() == ["id", "logprobs", "mean", "sum", "tokens"])
        }
        let rows: [ScoreRow] = try lines.decoded()
        #expect(rows.map(\.id) == ["chat", 7, "wide"])
        // A token of this model is a byte.
        #expect(rows.map(\.tokens.count) == [5, 7, 11])
        for row in rows {
            #expect(row.logprobs.count == row.tokens.count)
            #expect(row.logprobs.allSatisfy { $0 < 0 && $0.isFinite })
            #expect(abs(row.sum - row.logprobs.reduce(0, +)) < 1e-9)
            #expect(abs(row.mean * Double(row.tokens.count) - row.sum) < 1e-9)
        }
    }

    @Test func `an adapter counts alike after a plus sign and as an option`() async throws {
        let plus = TinyModel.path + "+" + TinyModel.adapter
        let base = try await scratch.score(Self.rows)
        let option = try await scratch.score(Self.rows, "--adapter", TinyModel.adapter)
        #expect(
            try await scratch.score(Self.rows, model: ["--model", plus, "--threads", "1"]) == option
        )
        #expect(option.map(\.tokens) == base.map(\.tokens))
        #expect(option[0].sum != base[0].sum)
    }

    private static let unreadable = [
        (#"{"id": 1, "prompt": "a", "completion": "b""#, "this is not a JSON value"),
        (#"{"prompt": "a", "completion": "b"}"#, #"field "id" is missing"#),
        (#"{"id": 1.5, "prompt": "a", "completion": "b"}"#, #"field "id": it must be text or"#),
        (#"{"id": 1, "completion": "b"}"#, #"field "messages" is missing"#),
        (#"{"id": 1, "prompt": 3, "completion": "b"}"#, #"field "prompt" must be text"#),
        (#"{"id": 1, "prompt": "a"}"#, #"field "completion" is missing"#),
        (#"{"id": 1, "prompt": "a", "completion": ""}"#, #"field "completion": it is empty"#),
        (#"{"id": 1, "messages": [], "completion": "b"}"#, #"field "messages": it needs"#),
        (
            #"{"id": 1, "messages": [{"role": "usr", "content": "a"}], "completion": "b"}"#,
            #"field "messages[0].role": "usr" is no role; use one of system, user, assistant"#
        ),
        (#"{"id": "first", "prompt": "a", "completion": "b"}"#, #"field "id": "first" stands in"#),
    ]

    @Test func `unreadable rows are named by line and field, and skipped if asked`() async throws {
        let good = ["first", "last"].map { #"{"id": "\#($0)", "prompt": "a", "completion": "b"}"# }
        let rows = ([good[0]] + Self.unreadable.map(\.0) + [good[1]]).joined(separator: "\n")
        expectRefusal(try await run(rows), "rows.jsonl, line 2: \(Self.unreadable[0].1)")
        #expect(!FileManager.default.fileExists(atPath: scratch.path("out.jsonl")))

        let skipping = try await run(rows, "--skip-bad-rows")
        expectSuccess(skipping)
        for (index, (_, complaint)) in Self.unreadable.enumerated() {
            #expect(
                skipping.errors.contains("Skipped: rows.jsonl, line \(index + 2): \(complaint)"))
        }
        let written: [ScoreRow] = try Lines(scratch.path("out.jsonl")).decoded()
        #expect(written.map(\.id) == ["first", "last"])
    }

    @Test func `a row that the model cannot be asked is named, or skipped`() async throws {
        let rows = """
            {"id": "long", "prompt": "\(String(repeating: "a", count: 200))", "completion": "b"}
            {"id": "short", "prompt": "a", "completion": "b"}
            """
        let outcome = try await run(rows)
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains("Error: rows.jsonl, row \"long\": The prompt has 200 tokens"))
        let skipping = try await run(rows, "--skip-bad-rows", "--resume")
        expectSuccess(skipping)
        #expect(skipping.errors.contains("Skipped: rows.jsonl, row \"long\": The prompt has 200"))
        let written: [ScoreRow] = try Lines(scratch.path("out.jsonl")).decoded()
        #expect(written.map(\.id) == ["short"])
    }

    @Test func `an output is never written over, and a torn one is completed`() async throws {
        expectSuccess(try await run(Self.rows))
        let whole = Array(Lines(scratch.path("out.jsonl")))
        expectRefusal(try await run(Self.rows), "out.jsonl exists already", "--resume")
        #expect(Array(Lines(scratch.path("out.jsonl"))) == whole)

        let torn = whole[..<2].joined(separator: "\n") + "\n" + whole[2].prefix(20)
        try scratch.write(torn, to: "out.jsonl")
        expectSuccess(try await run(Self.rows, "--resume"))
        #expect(Array(Lines(scratch.path("out.jsonl"))) == whole)
        expectSuccess(try await run(Self.rows, "--resume"))
        #expect(Array(Lines(scratch.path("out.jsonl"))) == whole)
    }

    @Test func `a file of another kind, named as output by mistake, is left alone`() async throws {
        try scratch.write("Dear diary", to: "out.jsonl")
        expectRefusal(try await run(Self.rows, "--resume"), "out.jsonl")
        #expect(
            try String(contentsOfFile: scratch.path("out.jsonl"), encoding: .utf8) == "Dear diary")
    }
}
