import Foundation
import KeelStatistics
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// `keel eval`: a map, and that no interruption changes it.
@Suite struct EvalTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func eval(_ run: String, samples: Int, _ more: String...) async throws
        -> Program.Outcome
    {
        try await Program.run(
            try scratch.arguments(eval: run, samples: samples, more), in: scratch)
    }

    private func samples(_ run: String) -> Set<String> {
        Set(Lines(scratch.path("\(run)/samples.jsonl")))
    }

    private func metrics(_ run: String) -> [String] {
        Array(Lines(scratch.path("\(run)/metrics.jsonl")))
    }

    @Test func `a run is a folder with all that it is made of`() async throws {
        let outcome = try await eval("run", samples: 2)
        expectSuccess(outcome)
        #expect(outcome.output.contains("Polite     log-probability gap, nats per token"))
        #expect(outcome.output.contains("Clear      answers that show the behaviour, share"))
        #expect(outcome.output.hasSuffix("Report: \(scratch.path("run/report.html"))\n"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.path("run")).sorted()
                == ["config.json", "metrics.jsonl", "report.html", "samples.jsonl", "suite.json"])

        struct Config: Decodable {
            var model, suite: String
            var facts: [String: String]
            var samples: Int
        }
        let config = try JSONDecoder().decode(
            Config.self, from: Data(contentsOf: URL(filePath: scratch.path("run/config.json"))))
        #expect(config.model == TinyModel.path)
        #expect(config.suite == "tiny" && config.samples == 2)
        #expect(config.facts["model sha256"]?.count == 64)
        #expect(config.facts["quantisation"] == "F32" && config.facts["type"] == "float32")
        #expect(config.facts["keel"] != nil && config.facts["engine"] != nil)

        struct Sample: Decodable, Hashable {
            var probe: String
            var sample: Int
            var kind: String
        }
        let samples: [Sample] = try Lines(scratch.path("run/samples.jsonl")).decoded()
        #expect(samples.count == TinySuite.lines(samples: 2))
        #expect(Set(samples).count == samples.count)
        #expect(samples.count { $0.kind == "gap" } == 3)

        struct Metric: Decodable {
            var dimension, metric: String
            var value: Double?
            var missing: Int
        }
        let metrics: [Metric] = try Lines(scratch.path("run/metrics.jsonl")).decoded()
        #expect(
            Set(metrics.map { "\($0.dimension) \($0.metric)" })
                .isSuperset(of: [
                    "polite gap", "polite apology-per-reply", "clear behaviour", "clear opposite",
                ]))
        #expect(metrics.allSatisfy { $0.missing == 0 && $0.value != nil })
    }

    @Test func `the report needs no other file and no network`() async throws {
        expectSuccess(try await eval("run", samples: 2))
        let page = try String(contentsOfFile: scratch.path("run/report.html"), encoding: .utf8)
        #expect(page.hasPrefix("<!DOCTYPE html>") || page.hasPrefix("<!doctype html>"))
        #expect(page.contains("<svg") && page.contains("Polite") && page.contains("Sun hot?"))
        for reference in [" src=", "<link", "@import", "url(", "fetch(", "href=\"http"] {
            #expect(!page.contains(reference), "\(reference)")
        }
    }

    @Test func `as JSON, the map is all that is printed`() async throws {
        let outcome = try await eval("run", samples: 2, "--json")
        expectSuccess(outcome)
        struct Map: Decodable {
            struct Dimension: Decodable { var id: String }
            var dimensions: [Dimension]
        }
        let map = try JSONDecoder().decode(Map.self, from: Data(outcome.output.utf8))
        #expect(map.dimensions.map(\.id) == ["polite", "clear"])
    }

    @Test func `killed at any moments, it comes to the same samples and numbers`() async throws {
        let count = 40
        expectSuccess(try await eval("whole", samples: count))
        #expect(samples("whole").count == TinySuite.lines(samples: count))

        let file = scratch.path("killed/samples.jsonl")
        let arguments = try scratch.arguments(eval: "killed", samples: count)
        var random = SeededGenerator(seed: 20_26)
        let moments = (0..<20).map { _ in Int.random(in: 1..<120, using: &random) }.sorted()
        try await Program.killRepeatedly(arguments, in: scratch, onceFile: file, hasLines: moments)
        {
            try FileManager.default.removeItem(atPath: scratch.path("killed"))
        }
        let left = Lines(file).count
        #expect(left >= moments[19] && left < TinySuite.lines(samples: count))
        expectSuccess(try await eval("killed", samples: count))
        #expect(Lines(file).count == TinySuite.lines(samples: count))
        #expect(samples("killed") == samples("whole"))
        #expect(metrics("killed") == metrics("whole"))
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a polite signal leaves a run that can be resumed, and says so`(
        signal: Int32
    ) async throws {
        // The whole would take minutes, so that no run of it can end by itself here.
        let arguments = try scratch.arguments(eval: "run", samples: 20_000)
        let file = scratch.path("run/samples.jsonl")
        var before: Set<String> = []
        for _ in 0..<2 {
            let program = try await Program(arguments, in: scratch)
            await program.waitUntil(file, hasLines: before.count + 1)
            program.signal(signal)
            let outcome = try await program.outcome()
            #expect(outcome.status == 130)
            #expect(outcome.output == "")
            #expect(outcome.errors.contains("Stopped. The same command goes on where"))
            let after = samples("run")
            #expect(after.isStrictSuperset(of: before) && after.count == Lines(file).count)
            before = after
        }
    }

    @Test func `a run asked for otherwise is another run, and the difference is named`()
        async throws
    {
        expectSuccess(try await eval("run", samples: 2, "--seed", "1"))
        let before = samples("run")
        for (options, difference) in [
            (["--seed", "2"], "seed (1 → 2)"),
            (["--seed", "1", "--temperature", "0.5"], "temperature (1.0 → 0.5)"),
            (["--seed", "1", "--system", "Be kind."], "system prompt (none → \"Be kind.\")"),
            (["--seed", "1", "--adapter", TinyModel.adapter], "adapter (none → "),
        ] {
            let outcome = try await Program.run(
                try scratch.arguments(eval: "run", samples: 2, options), in: scratch)
            expectRefusal(outcome, "run holds another run", difference)
        }
        #expect(samples("run") == before)
    }
}
