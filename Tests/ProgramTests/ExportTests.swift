import Foundation
import TestSupport
import Testing

/// `keel export`: a run for other programs.
@Suite struct ExportTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func export(_ arguments: String...) async throws -> Program.Outcome {
        try await Program.run(["export"] + arguments, in: scratch)
    }

    @Test func `a run becomes a log and two tables, under the name that is printed`() async throws {
        expectSuccess(
            try await Program.run(try scratch.arguments(eval: "run", samples: 2), in: scratch))
        try FileManager.default.createDirectory(
            atPath: scratch.path("logs"), withIntermediateDirectories: false)
        let log = try await export("run", "--out", "logs")
        expectSuccess(log)
        let name = try #require(log.output.split(separator: "\n").first.map(String.init))
        #expect(name.hasPrefix(scratch.path("logs/2")) && name.hasSuffix(".json"))
        struct Log: Decodable {
            struct Sample: Decodable { var epoch: Int }

            var version: Int
            var status: String
            var samples: [Sample]
        }
        let read = try JSONDecoder().decode(Log.self, from: Data(contentsOf: URL(filePath: name)))
        #expect(read.version == 2 && read.status == "success")
        #expect(read.samples.count == 12)

        expectSuccess(try await export("run", "--format", "inspect-gaps", "--out", "logs"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.path("logs")).count == 2)

        for format in ["samples", "readings"] {
            let table = try await export("run", "--format", format, "--out", "\(format).csv")
            expectSuccess(table)
            #expect(table.output == scratch.path("\(format).csv") + "\n")
            expectSuccess(try await export("run", "--format", format, "--out", "\(format).csv"))
        }
        expectRefusal(
            try await export("run", "--out", "samples.csv"), "samples.csv exists and is not")
    }

    @Test func `what is no run, or no form, is refused`() async throws {
        expectRefusal(try await export("nowhere", "--out", "log.json"), "nowhere/config.json")
        let outcome = try await export("run", "--format", "abacus", "--out", "log.json")
        #expect(outcome.status == 64 && outcome.errors.contains("inspect"))
    }
}
