import Foundation
import TestSupport
import Testing

/// `keel guardian assess`: conversations in, a line for each message of a person out.
@Suite struct GuardianTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private struct Row: Decodable {
        struct Companion: Decodable {
            var action: String
            var moves: [String]
        }
        struct Gatekeeper: Decodable { var action: String }
        var id: RowID
        var message: Int
        var level: String
        var probability: Double
        var companion: Companion
        var gatekeeper: Gatekeeper
    }

    private func assess(_ rows: String, _ more: String...) async throws -> Program.Outcome {
        try await Program.run(
            ["guardian", "assess", "--input", "-", "--output", "out.jsonl"] + more, input: rows,
            in: scratch)
    }

    @Test func `each message of the person has a line, in order`() async throws {
        expectSuccess(
            try await assess(
                """
                {"id": "a", "messages": [{"role": "user", "content": "I want to"}, \
                {"role": "assistant", "content": "Yes?"}, {"role": "user", "content": "die"}]}
                {"id": 2, "messages": []}
                {"id": 3, "messages": [{"role": "user", "content": "今天天气很好"}]}

                """))
        let rows = try Lines(scratch.path("out.jsonl")).decoded(as: Row.self)
        #expect(rows.map(\.id) == [.text("a"), .text("a"), .number(3)])
        #expect(rows.map(\.message) == [0, 2, 0])
        #expect(rows.map(\.level) == ["none", "high", "none"])
        #expect(rows.map(\.companion.action) == ["answer", "support-first", "answer"])
        #expect(rows.map(\.gatekeeper.action) == ["pass", "cut", "pass"])
        #expect(rows[1].companion.moves.contains("ask-directly"))
        #expect(rows.map(\.probability).allSatisfy { (0...1).contains($0) })
    }

    @Test func `a row that cannot be read leaves no output, or is skipped`() async throws {
        let rows = """
            {"id": 1, "messages": [{"role": "user", "content": "Hello"}]}
            {"id": 1, "messages": []}
            {"id": 2}

            """
        let outcome = try await assess(rows)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("line 2"))
        #expect(!FileManager.default.fileExists(atPath: scratch.path("out.jsonl")))
        expectSuccess(try await assess(rows, "--skip-bad-rows"))
        #expect(Lines(scratch.path("out.jsonl")).count == 1)
        #expect(try await assess(rows).errors.contains("exists already"))
    }

    @Test func `decisions are kept, checked, told and objected to`() async throws {
        let rows =
            #"{"id": "a", "messages": [{"role": "user", "content": "I want to die"}]}"# + "\n"
        expectSuccess(try await assess(rows, "--log", "log.jsonl"))
        func guardian(_ arguments: String...) async throws -> Program.Outcome {
            try await Program.run(["guardian"] + arguments, in: scratch)
        }
        let first = try await guardian("verify", "log.jsonl")
        expectSuccess(first)
        #expect(first.output.hasPrefix("1 entry holds"))
        let hash = try #require(first.output.split(whereSeparator: { " .\n".contains($0) }).last)
        expectSuccess(
            try await guardian(
                "object", "log.jsonl", "--conversation", "a", "--number", "1", "--text", "A lyric.")
        )
        let told = try await guardian("why", "log.jsonl", "--conversation", "a").output
        #expect(told.contains("want to die") && told.contains("A lyric."))
        #expect(try await guardian("why", "log.jsonl", "--conversation", "b").output.isEmpty)
        expectSuccess(try await guardian("verify", "log.jsonl", "--expect", String(hash)))
        let lines = Lines(scratch.path("log.jsonl"))
        try (lines[0].replacing("want to die", with: "want to fly") + "\n")
            .write(toFile: scratch.path("log.jsonl"), atomically: true, encoding: .utf8)
        let broken = try await guardian("verify", "log.jsonl")
        #expect(broken.status == 1 && broken.errors.contains("entry 1 is not as it was written"))
    }

    @Test func `two guardians are shown side by side, on a page and as JSON`() async throws {
        func compare(_ more: String...) async throws -> Program.Outcome {
            try await Program.run(
                ["guardian", "compare", "--out", "both", "--day", "2026-11-22"] + more, in: scratch)
        }
        let outcome = try await compare()
        expectSuccess(outcome)
        #expect(outcome.output.contains("30 conversations"))
        let page = try String(contentsOfFile: scratch.path("both/report.html"), encoding: .utf8)
        #expect(page.contains("no emergency service") || page.contains("No medical device"))
        #expect(!page.contains("<script src") && page.contains("C20"))
        struct Comparison: Decodable {
            struct Row: Decodable {
                struct Score: Decodable { var criterion: String }
                var scores: [Score]
            }
            var rows: [Row]
        }
        let data = try Data(contentsOf: scratch.folder.appending(path: "both/compare.json"))
        let rows = try JSONDecoder().decode(Comparison.self, from: data).rows
        #expect(rows.count == 30)
        #expect(rows.allSatisfy { $0.scores.map(\.criterion) == (1...20).map { "C\($0)" } })
        expectRefusal(try await compare(), "exists already")
    }

    @Test func `a probe is trained, and read beside rules and reader`() async throws {
        func rows(_ count: Int) -> String {
            (0..<count).map { number in
                let isDanger = number.isMultiple(of: 2)
                let text = isDanger ? "zzz \(number)" : "aaa \(number)"
                let level = isDanger ? "high" : "none"
                let head = #"{"id": "r\#(number)", "language": "en", "form": "plain", "#
                let said = #""messages": [{"role": "user", "content": "\#(text)"}]}"#
                return head + #""level": "\#(level)", "# + said
            }.joined(separator: "\n") + "\n"
        }
        try scratch.write(rows(24), to: "rows.jsonl")
        try scratch.write(rows(20), to: "others.jsonl")
        let train =
            ["guardian", "probe", "train", "--data", "rows.jsonl"]
            + ["--calibration", "others.jsonl", "--out", "probe.json"] + TinyModel.options
        expectSuccess(try await Program.run(train, in: scratch))
        expectRefusal(try await Program.run(train, in: scratch), "exists already")
        let said =
            #"{"id": "a", "messages": [{"role": "user", "content": "I want to die"}]}"# + "\n"
        let assess = ["guardian", "assess", "--input", "-", "--probe", "probe.json"]
        expectSuccess(
            try await Program.run(
                assess + ["--output", "out.jsonl"] + TinyModel.options, input: said, in: scratch))
        let read = try Lines(scratch.path("out.jsonl")).decoded(as: Row.self)
        #expect(read.map(\.level) == ["high"] && (0...1).contains(read[0].probability))
        expectSuccess(
            try await Program.run(
                ["guardian", "measure", "rows.jsonl", "--probe", "probe.json"] + TinyModel.options,
                in: scratch))
        let adapted = ["--model", TinyModel.path, "--adapter", TinyModel.adapter]
        let other = try await Program.run(
            assess + ["--output", "no.jsonl"] + adapted, input: said, in: scratch)
        #expect(other.status == 64 && other.errors.contains("Train one on this model"))
        let serve =
            ["serve", "--port", "0", "--guardian", "companion", "--guardian-probe", "probe.json"]
        for (options, part) in [
            (adapted, "Train one on this model"),
            (TinyModel.options + ["--weights", "int8"], "leave --weights out"),
        ] {
            let refused = try await Program.run(serve + options, in: scratch)
            #expect(refused.status == 64 && refused.errors.contains(part), "\(refused.errors)")
        }
        try scratch.write("{}", to: "probe.json")
        let broken = try await Program.run(
            assess + ["--output", "no.jsonl"] + TinyModel.options, input: said, in: scratch)
        #expect(broken.status == 64 && broken.errors.contains("is no probe"))
    }

    @Test func `rows that say nothing of a language are refused by train`() async throws {
        let row =
            #"{"id": "a", "language": "en", "form": "plain", "level": "high", "messages": []}"#
        try (row + "\n").write(
            toFile: scratch.path("rows.jsonl"), atomically: true, encoding: .utf8)
        let outcome = try await Program.run(
            [
                "guardian", "train", "--rows", "rows.jsonl", "--calibration", "rows.jsonl", "--out",
                "out",
            ], in: scratch)
        #expect(outcome.status == 1 && outcome.errors.contains("look-alikes are needed"))
        #expect(!FileManager.default.fileExists(atPath: scratch.path("out")))
    }
}
