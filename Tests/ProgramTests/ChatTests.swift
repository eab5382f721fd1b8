import Foundation
import TestSupport
import Testing

/// `keel chat`, fed from a file.
@Suite struct ChatTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private struct Turn: Decodable {
        var message: String
        var text: String?
        var finish: String?
        var error: String?
    }

    private func turns(_ input: String) async throws -> [Turn] {
        let outcome = try await Program.run(
            ["chat", "--json", "--max-tokens", "4", "--seed", "1"] + TinyModel.options,
            input: input, in: scratch)
        expectSuccess(outcome)
        return try outcome.output.split(separator: "\n").map {
            try JSONDecoder().decode(Turn.self, from: Data($0.utf8))
        }
    }

    @Test func `with --json each turn is a line, and commands are none`() async throws {
        let lines = try await turns("Hi\n/reset\n/nonsense\n\nYou\n/quit\nNever\n")
        #expect(lines.map(\.message) == ["Hi", "You"])
        #expect(lines.allSatisfy { $0.text != nil && $0.error == nil })
        #expect(lines.allSatisfy { $0.finish == "stop" || $0.finish == "length" })
    }

    @Test func `a message that cannot be answered is a line, too, and the next one is answered`()
        async throws
    {
        let lines = try await turns(String(repeating: "a", count: 200) + "\nHi\n")
        #expect(lines.first?.error?.contains("tokens") == true && lines.first?.text == nil)
        #expect(lines.last?.message == "Hi" && lines.last?.text != nil)
    }
}
