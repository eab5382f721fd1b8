import Foundation
import TestSupport
import Testing

/// `keel compare`: two runs of one suite.
@Suite struct CompareTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private struct Comparison: Decodable {
        struct Change: Decodable {
            struct Metric: Decodable { var id: String }
            var dimension: String
            var metric: Metric
            var difference: Double?
            var verdict: String
        }
        struct Null: Decodable {
            struct Rate: Decodable { var value, low, high: Double }
            var comparisons, samples: Int
            var anything: Rate
        }
        var changes: [Change]
        var null: Null?
    }

    private func eval(_ run: String, _ more: String...) async throws {
        expectSuccess(
            try await Program.run(
                try scratch.arguments(eval: run, samples: 4, more), in: scratch))
    }

    private func compare(_ more: String...) async throws -> Program.Outcome {
        try await Program.run(["compare"] + more, in: scratch)
    }

    @Test func `the same model under another seed is no different from itself`() async throws {
        try await eval("one", "--seed", "1")
        try await eval("two", "--seed", "2")
        let outcome = try await compare("one", "two")
        expectSuccess(outcome)
        #expect(outcome.output.hasPrefix("Nothing but the seed differs between the runs."))
        #expect(outcome.output.contains("Polite, log-probability gap (nats per token): identical"))
        #expect(outcome.output.contains("\nNo difference was found.\n"))
        #expect(outcome.output.contains("\nThe null: 500 comparisons drawn from the model's own"))
        let quiet = try await compare("one", "two", "--null", "0")
        #expect(quiet.output.hasSuffix("\nNo difference was found.\n"))
        let advice = "how many more samples would tell.\n"
        #expect(
            quiet.output.contains(advice) == quiet.output.contains(": no difference found"))
        let within = try await compare("one", "two", "--null", "0", "--margin", "0.5")
        #expect(!within.output.contains(advice))

        let json = try await compare("one", "two", "--json")
        expectSuccess(json)
        let comparison = try JSONDecoder().decode(Comparison.self, from: Data(json.output.utf8))
        #expect(comparison.changes.map(\.dimension) == ["polite", "polite", "clear", "clear"])
        let gap = try #require(comparison.changes.first { $0.metric.id == "gap" })
        #expect(gap.verdict == "identical" && gap.difference == 0)
        let null = try #require(comparison.null)
        #expect(null.comparisons == 500 && null.samples == 4)
        #expect(null.anything.low <= null.anything.value && null.anything.value < 0.15)
    }

    @Test func `another model is named as the cause, and the page is written`() async throws {
        try await eval("base")
        try await eval("adapted", "--adapter", TinyModel.adapter)
        let outcome = try await compare("base", "adapted", "--report", "page.html", "--json")
        expectSuccess(outcome)
        let comparison = try JSONDecoder().decode(Comparison.self, from: Data(outcome.output.utf8))
        let gap = try #require(comparison.changes.first { $0.metric.id == "gap" })
        #expect(gap.verdict != "identical" && gap.difference != 0)
        let text = try await compare("base", "adapted")
        let cause = "adapter (none → \(TinyModel.adapter))"
        #expect(
            text.output.hasPrefix("The only difference found between the runs: \(cause).\n"))
        #expect(!text.output.contains("The null:") && comparison.null == nil)
        let page = try String(contentsOfFile: scratch.path("page.html"), encoding: .utf8)
        #expect(page.contains("compared with"))
    }

    @Test func `one command maps a model named twice, which is its own null`() async throws {
        try scratch.write(TinySuite.yaml, to: "tiny.yaml")
        func twice(_ second: String) async throws -> Program.Outcome {
            try await compare(
                TinyModel.path, second, "--suite", "tiny.yaml", "--samples", "4", "--max-tokens",
                "24", "--threads", "1", "--seed", "1", "--out", "both")
        }
        let outcome = try await twice(TinyModel.path)
        expectSuccess(outcome)
        #expect(outcome.output.hasPrefix("Nothing but the seed differs between the runs."))
        #expect(outcome.output.contains("\nNo difference was found.\n"))
        #expect(outcome.output.contains("\nThe null: 500 comparisons drawn from the model's own"))
        let map = try String(contentsOfFile: scratch.path("both/map.html"), encoding: .utf8)
        #expect(map.contains("What chance alone does"))
        let files = ["a", "b"].map { scratch.path("both/\($0)/samples.jsonl") }
        for file in files { #expect(Lines(file).count == TinySuite.lines(samples: 4)) }

        // Asked again, nothing is left to do; and the maps are runs like any other.
        let again = try await twice(TinyModel.path)
        #expect(again.output == outcome.output)
        let runs = try await compare("both/a", "both/b")
        #expect(outcome.output == runs.output + "Report: both/report.html\n")
        for file in files { #expect(Lines(file).count == TinySuite.lines(samples: 4)) }

        let other = try await twice("\(TinyModel.path)+\(TinyModel.adapter)")
        expectRefusal(other, "both/b holds another run", "adapter (none → ")
    }

    @Test func `a model is mapped and compared with a run that is there`() async throws {
        try await eval("before")
        let outcome = try await compare(
            "before", "\(TinyModel.path)+\(TinyModel.adapter)", "--suite", "tiny.yaml",
            "--samples", "4", "--max-tokens", "24", "--threads", "1", "--out", "after")
        expectSuccess(outcome)
        #expect(
            outcome.output.hasPrefix("The only difference found between the runs: adapter (none"))
        #expect(!FileManager.default.fileExists(atPath: scratch.path("after/a")))
        #expect(Lines(scratch.path("after/b/samples.jsonl")).count == TinySuite.lines(samples: 4))
    }

    @Test func `a comparison is written as a folder that is listed beside runs`() async throws {
        struct Configuration: Decodable {
            struct Side: Decodable { var run: String }
            var method, model, suite: String
            var baseline, candidate: Side
        }
        try await eval("one", "--seed", "1")
        try await eval("two", "--seed", "2")
        let run = ["one", "two", "--null", "0", "--out", "changes"]
        expectSuccess(try await Program.run(["compare"] + run, in: scratch))
        func read<Value: Decodable>(_ name: String) throws -> Value {
            let data = try Data(contentsOf: URL(filePath: scratch.path("changes/\(name)")))
            return try JSONDecoder().decode(Value.self, from: data)
        }
        let configuration: Configuration = try read("config.json")
        #expect(configuration.method == "compare" && !configuration.model.contains("→"))
        #expect(configuration.baseline.run == "one" && configuration.candidate.run == "two")
        let comparison: Comparison = try read("comparison.json")
        #expect(comparison.changes.count == 4)
        let page = try String(contentsOfFile: scratch.path("changes/report.html"), encoding: .utf8)
        #expect(page.contains("before and after"))
        // The same comparison again replaces it; another, or a run, does not give way.
        expectSuccess(try await Program.run(["compare"] + run, in: scratch))
        try await eval("three", "--seed", "3")
        let third = ["one", "three", "--null", "0", "--out", "changes"]
        expectRefusal(
            try await Program.run(["compare"] + third, in: scratch), "holds another comparison")
        expectRefusal(
            try await Program.run(["compare", "one", "two", "--out", "three"], in: scratch),
            "holds a run")
    }

    @Test func `what is no run, or a run of another suite, is refused`() async throws {
        try await eval("run")
        expectRefusal(
            try await compare("run", "nowhere"), "\"nowhere\" is no run",
            "a run is a folder with config.json", "by --out")
        expectRefusal(try await compare("run", "run", "--margin=-1"), "The margin is -1")

        let other = TinySuite.yaml.replacing("Get lost.", with: "Go away.")
        let file = try scratch.write(other, to: "other.yaml")
        try await eval("other", "--suite", file)
        expectRefusal(try await compare("run", "other"), "different suites")
    }
}
