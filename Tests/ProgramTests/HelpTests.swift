import Foundation
import TestSupport
import Testing

/// What the program says about itself, recorded so that a change of it is seen in review.
///
/// Run with `KEEL_RECORD=1` to write the records anew.
@Suite struct HelpTests {
    private let scratch: Scratch
    private static let records = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Recorded")

    init() throws { scratch = try Scratch() }

    @Test func `the help of every command is as recorded`() async throws {
        let commands = try await self.commands()
        #expect(commands.count >= 13)
        for command in commands {
            let outcome = try await Program.run(command.dropFirst() + ["--help"], in: scratch)
            expectSuccess(outcome)
            let record = Self.records.appending(path: command.joined(separator: "-") + ".txt")
            if ProcessInfo.processInfo.environment["KEEL_RECORD"] == "1" {
                try Data(outcome.output.utf8).write(to: record)
            }
            let recorded = try? String(contentsOf: record, encoding: .utf8)
            #expect(outcome.output == recorded, "\(record.lastPathComponent)")
        }
        let names = commands.map { $0.joined(separator: "-") + ".txt" }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: Self.records.path).sorted()
                == names.sorted())
    }

    /// All commands with their parents' names, as the program lists them for tools.
    private func commands() async throws -> [[String]] {
        struct Command: Decodable {
            var commandName: String
            var subcommands: [Command]?

            func paths(under parents: [String]) -> [[String]] {
                let path = parents + [commandName]
                return [path]
                    + (subcommands ?? []).filter { $0.commandName != "help" }
                    .flatMap { $0.paths(under: path) }
            }
        }
        struct Tool: Decodable { var command: Command }
        let outcome = try await Program.run(["--experimental-dump-help"], in: scratch)
        let tool = try JSONDecoder().decode(Tool.self, from: Data(outcome.output.utf8))
        return tool.command.paths(under: [])
    }

    @Test func `the version is three numbers`() async throws {
        let outcome = try await Program.run(["--version"], in: scratch)
        expectSuccess(outcome)
        #expect(outcome.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    }

    @Test(arguments: [
        ["score", "--nonsense"], ["nonsense"], ["score"], ["generate", "--samples", "many"],
        ["eval", "--out"],
    ])
    func `a command line that makes no sense ends with status 64 and the usage`(
        arguments: [String]
    ) async throws {
        let outcome = try await Program.run(arguments, in: scratch)
        #expect(outcome.status == 64)
        #expect(outcome.output == "")
        #expect(outcome.errors.hasPrefix("Error: ") && outcome.errors.contains("Usage: keel"))
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `a shell learns to complete its commands`(shell: String) async throws {
        let outcome = try await Program.run(["--generate-completion-script", shell], in: scratch)
        expectSuccess(outcome)
        #expect(outcome.output.contains("tokenize") && outcome.output.contains("skip-bad-rows"))
        // Names of models, suites and devices are asked of the program when they are wanted.
        #expect(outcome.output.contains("---completion score -- --model"))
        #expect(outcome.output.contains("---completion eval -- --suite"))
    }
}
