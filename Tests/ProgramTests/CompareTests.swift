import Foundation
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
        #expect(text.output.contains("adapter 1 sha256 (none → "))
        #expect(!text.output.contains("The null:") && comparison.null == nil)
        let page = try String(contentsOfFile: scratch.path("page.html"), encoding: .utf8)
        #expect(page.contains("compared with"))
    }

    @Test func `what is no run, or a run of another suite, is refused`() async throws {
        try await eval("run")
        expectRefusal(
            try await compare("run", "nowhere"), "nowhere/config.json can't be read",
            "A run is a folder with config.json")
        expectRefusal(try await compare("run", "run", "--margin=-1"), "The margin is -1")

        let other = TinySuite.yaml.replacing("Get lost.", with: "Go away.")
        let file = try scratch.write(other, to: "other.yaml")
        try await eval("other", "--suite", file)
        expectRefusal(try await compare("run", "other"), "different suites")
    }
}
