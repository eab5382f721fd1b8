import Foundation
import TestSupport
import Testing

/// Models behind an address where nothing listens, budgets and the cache.
@Suite struct RemoteTests {
    private let scratch: Scratch
    private static let address = "http://127.0.0.1:1/v1#m"

    init() throws { scratch = try Scratch() }

    @Test func `a server that is not there is told before a run begins`() async throws {
        expectRefusal(
            try await Program.run(
                ["eval", "--model", Self.address, "--out", scratch.path("run")], in: scratch),
            Self.address, "Connection refused", "Is the server running")
        #expect(!FileManager.default.fileExists(atPath: scratch.path("run")))
    }

    @Test(arguments: ["score", "generate"])
    func `no output is begun for a server that is not there`(command: String) async throws {
        let input = try scratch.write(
            #"{"id": 1, "prompt": "A", "completion": "B"}"#, to: "in.jsonl")
        expectRefusal(
            try await Program.run(
                [command, "--model", Self.address, "--input", input]
                    + ["--output", scratch.path("out.jsonl")], in: scratch),
            Self.address)
        #expect(!FileManager.default.fileExists(atPath: scratch.path("out.jsonl")))
    }

    @Test func `a password in an address is refused and not repeated`() async throws {
        let outcome = try await Program.run(
            ["chat", "--model", "https://me:hunter2@127.0.0.1:1/v1#m"], in: scratch)
        expectRefusal(outcome, "KEEL_API_KEY")
        #expect(!outcome.errors.contains("hunter2"))
    }

    @Test(arguments: [["tokenize"], ["bench", "load"], ["eval", "--out", "x", "--adapter", "y"]])
    func `what needs a model on this machine says so`(arguments: [String]) async throws {
        expectRefusal(
            try await Program.run(arguments + ["--model", Self.address], in: scratch), Self.address)
    }

    @Test(arguments: [
        (["--max-cost", "5"], "max-cost"), (["--max-total-tokens", "0"], "max-total-tokens"),
        (["--concurrency", "0"], "concurrency"), (["--timeout", "0"], "timeout"),
        (["--prompt-price=-1"], "prompt-price"),
    ])
    func `impossible limits are refused before anything is asked`(
        arguments: [String], field: String
    ) async throws {
        expectRefusal(
            try await Program.run(
                ["eval", "--model", Self.address, "--out", scratch.path("run")] + arguments,
                in: scratch), field)
    }

    @Test func `a budget stops a run, and the cache spares what was asked`() async throws {
        func eval(_ run: String, _ more: String...) async throws -> Program.Outcome {
            try await Program.run(
                try scratch.arguments(eval: run, samples: 3, more), in: scratch)
        }
        func samples(_ run: String) -> [String] {
            Lines(scratch.path("\(run)/samples.jsonl")).sorted()
        }
        let cache = scratch.path("cache-of-samples")
        expectSuccess(try await eval("whole"))
        let first = try await eval("stopped", "--cache", cache, "--max-total-tokens", "1")
        #expect(first.status == 1)
        #expect(first.errors.contains("The budget of 1 tokens is spent."))
        #expect(first.errors.contains("The same command goes on"))
        expectSuccess(try await eval("stopped", "--cache", cache))
        #expect(samples("stopped") == samples("whole"))

        // All answers are there, so that the smallest budget is enough.
        expectSuccess(try await eval("again", "--cache", cache, "--max-total-tokens", "1"))
        #expect(samples("again") == samples("whole"))
    }
}
