import Foundation
import TestSupport
import Testing

/// `keel plan` and `keel eval --plan`: what to expect, before anything is asked.
@Suite struct PlanTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func keel(_ arguments: String...) async throws -> Program.Outcome {
        try await Program.run(arguments, in: scratch)
    }

    @Test func `a plan says what is worth trying and how many failures that brings`() async throws {
        let outcome = try await keel(
            "plan", "--failure-cost", "1", "--miss-cost", "4", "--attempts", "20",
            "--failures", "0")
        expectSuccess(outcome)
        #expect(
            outcome.output == """
                A change is worth trying while its chance of failure is below 80 %.
                That is 80 % of what offers itself. Of 20 such attempts, expect 8 to fail; 95 of 100 such \
                series have 4 to 12 failures.
                0 of 20 failed: too few (chance 0 %). Riskier changes would pay.
                A record without failures leaves any chance up to 16.1 % open, and does not show where the \
                limit is.

                """)
        struct Plan: Decodable {
            var acceptable, expectedFailures: Double
            var verdict: String
        }
        let json = try await keel(
            "plan", "--failure-cost", "1", "--miss-cost", "4", "--failures", "0", "--json")
        let plan = try JSONDecoder().decode(Plan.self, from: Data(json.output.utf8))
        #expect(abs(plan.acceptable - 0.8) < 1e-9 && abs(plan.expectedFailures - 8) < 1e-9)
        #expect(plan.verdict == "tooFew")
    }

    @Test func `a run's dimensions are held against the plan`() async throws {
        expectSuccess(
            try await Program.run(try scratch.arguments(eval: "run", samples: 2), in: scratch))
        let outcome = try await keel(
            "plan", "--failure-cost", "9", "--miss-cost", "1", "--run", "run")
        expectSuccess(outcome)
        #expect(outcome.output.contains("\nClear, answers that show the behaviour: "))
    }

    @Test func `numbers that make no plan are refused with what they must be`() async throws {
        expectRefusal(
            try await keel("plan", "--failure-cost", "0", "--miss-cost", "1"),
            "The cost of a failure is 0.0; it must be a finite number above 0.")
        expectRefusal(
            try await keel(
                "plan", "--failure-cost", "1", "--miss-cost", "1", "--attempts", "3",
                "--failures", "4"), "number of successes")
        let spread = try await keel(
            "plan", "--failure-cost", "1", "--miss-cost", "1", "--spread", "1;1")
        #expect(spread.status == 64 && spread.errors.contains("Give two numbers with a comma"))
    }

    @Test func `a run is planned without a model`() async throws {
        try scratch.write(TinySuite.yaml, to: "tiny.yaml")
        let outcome = try await keel(
            "eval", "--suite", "tiny.yaml", "--samples", "4", "--plan", "--model", "nowhere.gguf")
        expectSuccess(outcome)
        #expect(outcome.output.contains("Polite     log-probability gap, nats per token"))
        #expect(outcome.output.contains("twice the samples") && outcome.output.contains("assumed"))
        #expect(outcome.output.contains("variance between probes  between samples"))
        #expect(outcome.output.contains("20 %") && outcome.output.contains("80 %"))
        #expect(outcome.output.contains("Nothing was measured: gaps vary by 1 nat per token"))

        expectSuccess(
            try await Program.run(try scratch.arguments(eval: "run", samples: 4), in: scratch))
        let like = try await keel(
            "eval", "--suite", "tiny.yaml", "--samples", "4", "--plan", "--like", "run")
        expectSuccess(like)
        #expect(like.output.contains("measured"))
        #expect(like.output.contains("Variances are those of run."))
        struct Plan: Decodable {
            struct Row: Decodable {
                var dimension: String
                var isMeasured: Bool
                var betweenProbes: Double?
            }
            var rows: [Row]
        }
        let json = try await keel(
            "eval", "--suite", "tiny.yaml", "--plan", "--like", "run", "--json")
        let plan = try JSONDecoder().decode(Plan.self, from: Data(json.output.utf8))
        #expect(plan.rows.map(\.dimension) == ["polite", "polite", "clear", "clear"])
        #expect(plan.rows[0].isMeasured && plan.rows[0].betweenProbes == 1)
    }

    @Test func `without a plan a run needs a folder, and --like is for plans`() async throws {
        let noFolder = try await keel("eval")
        #expect(noFolder.status == 64)
        #expect(noFolder.errors.contains("Missing expected argument '--out <out>'"))
        let like = try await keel("eval", "--out", "run", "--like", "run")
        #expect(like.status == 64 && like.errors.contains("--like is for --plan"))
    }
}
