import Foundation
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// `keel generate`: what other tools lean on.
@Suite struct GenerateTests {
    private let scratch: Scratch
    private static let rows = """
        {"id": "chat", "messages": [{"role": "user", "content": "Hi"}]}
        {"id": 7, "prompt": "Once upon"}
        """

    init() throws { scratch = try Scratch() }

    @Test func `each row has its samples, counted from 0`() async throws {
        let output = scratch.path("out.jsonl")
        let outcome = try await Program.run(
            ["generate", "--input", "-", "--output", output, "--samples", "3", "--max-tokens", "8"]
                + TinyModel.options, input: Self.rows, in: scratch)
        expectSuccess(outcome)
        #expect(outcome.output == "")
        for line in Lines(output) {
            let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(row?.keys.sorted() == ["finish", "id", "sample", "text", "tokens"])
        }
        let rows: [AnswerRow] = try Lines(output).decoded()
        #expect(rows.map(\.id) == ["chat", "chat", "chat", 7, 7, 7])
        #expect(rows.map(\.sample) == [0, 1, 2, 0, 1, 2])
        #expect(rows.contains { $0.finish == "length" })
        for row in rows {
            #expect(row.finish == "length" ? row.tokens.count == 8 : row.finish == "stop")
        }
    }

    @Test func `a text that ends an answer is not part of it`() async throws {
        let rows = try await scratch.generate(
            Self.rows, "--samples", "16", "--max-tokens", "64", "--stop", "e", "--stop", "A")
        #expect(rows.contains { $0.finish == "stop" })
        #expect(rows.allSatisfy { !$0.text.contains("e") && !$0.text.contains("A") })
    }

    @Test func `the seed decides the text`() async throws {
        func answers(seed: String) async throws -> [AnswerRow] {
            try await scratch.generate(
                Self.rows, "--samples", "4", "--max-tokens", "12", "--seed", seed)
        }
        let first = try await answers(seed: "1")
        #expect(try await answers(seed: "1") == first)
        #expect(try await answers(seed: "2").map(\.text) != first.map(\.text))
        #expect(Set(first.map(\.text)).count > 4, "samples of a row differ")
    }

    @Test func `at temperature 0 all samples are the same, whatever the seed`() async throws {
        let first = try await scratch.generate(
            Self.rows, "--temperature", "0", "--samples", "3", "--max-tokens", "12")
        let second = try await scratch.generate(
            Self.rows, "--temperature", "0", "--samples", "3", "--max-tokens", "12", "--seed", "9")
        #expect(first == second)
        for id in ["chat", 7] as [RowID] {
            #expect(Set(first.filter { $0.id == id }.map(\.tokens)).count == 1)
        }
    }

    @Test func `a system message given as an option replaces that of the row`() async throws {
        func row(_ system: String) -> String {
            """
            {"id": 1, "messages": [{"role": "system", "content": "\(system)"}, \
            {"role": "user", "content": "Hi"}]}
            """
        }
        let curt = try await scratch.generate(row("Be curt."), "--max-tokens", "12")
        #expect(
            try await scratch.generate(
                row("Be kind."), "--max-tokens", "12", "--system", "Be curt.") == curt)
        #expect(try await scratch.generate(row("Be kind."), "--max-tokens", "12") != curt)
    }

    @Test func `what is written greedily scores highest of all`() async throws {
        let prompts = (0..<40).map { "prompt \($0)" }
        let answers = try await scratch.generate(
            prompts.map { #"{"id": "\#($0)", "prompt": "\#($0)"}"# }.joined(separator: "\n"),
            "--temperature", "0", "--max-tokens", "1")
        var rows: [String] = []
        for (prompt, answer) in zip(prompts, answers) where Self.isLetter(answer.text) {
            for letter in Self.letters {
                rows.append(
                    """
                    {"id": "\(prompt)/\(letter)", "prompt": "\(prompt)", "completion": "\(letter)"}
                    """)
            }
        }
        let scores = try await scratch.score(rows.joined(separator: "\n"))
        let byID = Dictionary(uniqueKeysWithValues: scores.map { ($0.id, $0) })
        let written = zip(prompts, answers).filter { Self.isLetter($1.text) }
        #expect(!written.isEmpty)
        for (prompt, answer) in written {
            let own = try #require(byID[.text("\(prompt)/\(answer.text)")])
            #expect(own.tokens == answer.tokens)
            for letter in Self.letters where String(letter) != answer.text {
                let other = try #require(byID[.text("\(prompt)/\(letter)")])
                #expect(other.sum <= own.sum, "\(letter) after \(prompt)")
            }
        }
    }

    private static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

    private static func isLetter(_ text: String) -> Bool {
        text.count == 1 && letters.contains(text)
    }

    @Test func `killed in the middle and resumed, it has every row once`() async throws {
        let rows = (0..<40).map { #"{"id": \#($0), "prompt": "Row \#($0)"}"# }
        try scratch.write(rows.joined(separator: "\n"), to: "rows.jsonl")
        func arguments(_ output: String) -> [String] {
            ["generate", "--input", "rows.jsonl", "--output", output, "--resume"]
                + ["--samples", "4", "--max-tokens", "100"] + TinyModel.options
        }
        expectSuccess(try await Program.run(arguments("whole.jsonl"), in: scratch))
        let whole = Array(Lines(scratch.path("whole.jsonl")))
        #expect(whole.count == 160)

        let output = scratch.path("killed.jsonl")
        try await Program.killRepeatedly(
            arguments(output), in: scratch, onceFile: output, hasLines: [1, 60]
        ) { try FileManager.default.removeItem(atPath: output) }
        let left = Lines(output).count
        #expect(left >= 60 && left < 160)
        expectSuccess(try await Program.run(arguments(output), in: scratch))
        #expect(Array(Lines(output)) == whole)
    }
}
