import Foundation
import TestSupport
import Testing

/// `keel tokenize`: lines to ids and back.
@Suite struct TokenizeTests {
    private let scratch: Scratch
    private static let text = "Hello, world\n\n  two  spaces\nnaïve 日本 🙂\n"

    init() throws { scratch = try Scratch() }

    private func run(_ input: String, _ more: String...) async throws -> Program.Outcome {
        try await Program.run(
            ["tokenize", "--model", TinyModel.path] + more, input: input, in: scratch)
    }

    @Test func `lines become ids and come back`() async throws {
        let ids = try await run(Self.text)
        expectSuccess(ids)
        let lines = ids.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 5)
        #expect(lines[0] == "39 68 75 75 78 11 220 86 78 81 75 67")
        #expect(lines[1] == "")
        let text = try await run(ids.output, "--decode")
        expectSuccess(text)
        #expect(text.output == Self.text)
    }

    @Test func `as JSON, a line has its text and its ids, either way`() async throws {
        struct Row: Decodable, Equatable {
            var text: String
            var tokens: [Int]
        }
        func rows(_ outcome: Program.Outcome) throws -> [Row] {
            try outcome.output.split(separator: "\n").map {
                try JSONDecoder().decode(Row.self, from: Data($0.utf8))
            }
        }
        let there = try rows(await run("abc é\n", "--json"))
        #expect(there == [Row(text: "abc é", tokens: [64, 65, 66, 220, 127, 102])])
        #expect(try rows(await run("64 65 66 220 127 102\n", "--decode", "--json")) == there)
    }

    @Test func `control tokens in the text are text unless asked for`() async throws {
        #expect(try await run("<|end|>\n").output.split(separator: " ").count == 7)
        #expect(try await run("<|end|>\n", "--special").output == "257\n")
    }

    @Test(arguments: ["x", "1.5", "258", "-1", "99999999999999999999"])
    func `an id that is none is named with its line`(id: String) async throws {
        let outcome = try await run("64\n65 \(id)\n", "--decode")
        #expect(outcome.status == 1)
        #expect(
            outcome.errors == """
                Error: standard input, line 2: "\(id)" is no token id of this model; ids are whole \
                numbers from 0 to 257.

                """)
    }
}
