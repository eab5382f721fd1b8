import Foundation
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// `keel judge`: verdicts, preferences and calibrations with a model for a judge.
@Suite struct JudgeTests {
    private let scratch: Scratch
    private let judge: [String]

    init() throws {
        scratch = try Scratch()
        _ = try scratch.copyWideModel(as: "judge")
        judge = ["--judge", "judge", "--threads", "1"]
        let suite = TinySuite.yaml
            .replacing(
                "dimensions:\n",
                with: "rubrics:\n  - {id: tone, asks: Polite?, behaviour: Yes., opposite: No.,"
                    + " neither: Neither.}\ndimensions:\n"
            )
            .replacing(
                "- {kind: gap, better: higher}",
                with: "- {kind: gap, better: higher}\n      - {kind: judge, rubric: tone}")
        try scratch.write(suite, to: "judged.yaml")
    }

    private func eval(_ run: String, seed: Int = 0) async throws {
        expectSuccess(
            try await Program.run(
                ["eval", "--suite", "judged.yaml", "--samples", "4", "--max-tokens", "24"]
                    + ["--out", run, "--seed", "\(seed)"] + TinyModel.options, in: scratch))
    }

    private func judge(_ arguments: String...) async throws -> Program.Outcome {
        try await Program.run(["judge"] + arguments + judge, in: scratch)
    }

    private struct Metric: Decodable, Equatable {
        var metric: String
        var value: Double?
        var readings: Int
        var missing: Int
        var corrected: Double?
    }

    private func metrics(_ run: String) throws -> [Metric] {
        try Lines(scratch.path("\(run)/metrics.jsonl")).decoded()
    }

    private func votes(_ folder: String) -> Set<String> {
        Set(Lines(scratch.path("\(folder)/judgements.jsonl")))
    }

    @Test func `a judged run has the judge, its votes and its rates`() async throws {
        try await eval("run")
        #expect(try !metrics("run").contains { $0.metric.hasPrefix("tone") })
        let outcome = try await judge("run", "--reading", "scored")
        expectSuccess(outcome)
        #expect(outcome.output.contains("answers judged to show the behaviour"))
        #expect(outcome.output.hasSuffix("Report: \(scratch.path("run/report.html"))\n"))
        // Three probes of four answers, three orders of each.
        #expect(votes("run").count == 3 * 4 * 3)
        let judged = try metrics("run").filter { $0.metric.hasPrefix("tone") }
        #expect(judged.map(\.metric) == ["tone-behaviour", "tone-opposite", "tone-neither"])
        #expect(judged.allSatisfy { $0.readings + $0.missing == 12 })

        struct Judge: Decodable {
            var judge, reading: String
            var facts, rubrics: [String: String]
        }
        let config = try JSONDecoder().decode(
            Judge.self, from: Data(contentsOf: URL(filePath: scratch.path("run/judge.json"))))
        #expect(config.judge == "judge" && config.reading == "scored")
        #expect(
            config.facts["model sha256"]?.count == 64 && config.rubrics.keys.sorted() == ["tone"])

        let before = votes("run")
        expectSuccess(try await judge("run", "--reading", "scored"))
        #expect(votes("run") == before && Lines(scratch.path("run/judgements.jsonl")).count == 36)
        expectRefusal(
            try await judge("run"), "run holds the verdicts of another judge",
            "reading (scored → quoted)")
    }

    @Test func `replies of a model that keeps to no form are missing, and counted`() async throws {
        try await eval("run")
        let outcome = try await judge("run")
        expectSuccess(outcome)
        #expect(outcome.output.contains("12 (12 unparsable)"))
        let judged = try metrics("run").filter { $0.metric.hasPrefix("tone") }
        #expect(judged.count == 3 && judged.allSatisfy { $0.value == nil && $0.missing == 12 })
        let page = try String(contentsOfFile: scratch.path("run/report.html"), encoding: .utf8)
        #expect(page.contains("12 without a verdict (12 unparsable)"))
    }

    @Test func `killed at any moments, it comes to the same votes`() async throws {
        try await eval("run")
        try FileManager.default.copyItem(
            atPath: scratch.path("run"), toPath: scratch.path("killed"))
        expectSuccess(try await judge("run", "--reading", "scored"))
        let file = scratch.path("killed/judgements.jsonl")
        try await Program.killRepeatedly(
            ["judge", "killed", "--reading", "scored"] + judge, in: scratch,
            onceFile: file, hasLines: [1, 2, 5, 11, 20, 30]
        ) { try FileManager.default.removeItem(atPath: file) }
        expectSuccess(try await judge("killed", "--reading", "scored"))
        #expect(votes("killed") == votes("run"))
        #expect(try metrics("killed") == metrics("run"))
    }

    @Test func `a calibration says why it corrects nothing, and is kept with the run`()
        async throws
    {
        try await eval("run")
        let row =
            "{\"rubric\": \"tone\", \"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}], "
        try scratch.write(
            "{\"probe\": \"polite-hi\", \"sample\": 0, \"label\": \"behaviour\"}\n" + row
                + "\"answer\": \"Get lost.\", \"label\": \"opposite\"}\n", to: "labels.jsonl")
        let outcome = try await judge(
            "calibrate", "labels.jsonl", "--run", "run", "--reading", "scored", "--out", "cal")
        expectSuccess(outcome)
        #expect(outcome.output.hasPrefix("tone: 2 labelled answers"))
        #expect(outcome.output.contains("Not corrected: "))
        #expect(votes("cal").count == 6)

        expectSuccess(
            try await judge("run", "--reading", "scored", "--calibration", "cal"))
        #expect(
            FileManager.default.contentsEqual(
                atPath: scratch.path("cal/calibration.json"),
                andPath: scratch.path("run/calibration.json")))
        #expect(try metrics("run").allSatisfy { $0.corrected == nil })

        try await eval("other")
        expectRefusal(
            try await judge("other", "--calibration", "cal"), "reading (scored → quoted)")
        #expect(!FileManager.default.fileExists(atPath: scratch.path("other/judge.json")))
        try scratch.write(row + "\"answer\": \"a\", \"label\": \"good\"}\n", to: "bad.jsonl")
        expectRefusal(
            try await judge("calibrate", "bad.jsonl", "--suite", "judged.yaml", "--out", "bad"),
            "bad.jsonl, line 1: field \"label\": \"good\" is no label")
    }

    @Test func `two runs are compared pair by pair, in both orders`() async throws {
        try await eval("one", seed: 1)
        try await eval("two", seed: 2)
        let outcome = try await judge(
            "pairs", "one", "two", "--rubric", "tone", "--reading", "scored", "--out", "pairs",
            "--json")
        expectSuccess(outcome)
        struct Preferences: Decodable {
            var pairs, identical, baselinePreferred, candidatePreferred, equal: Int
            var missing: [String: Int]
        }
        let found = try JSONDecoder().decode(Preferences.self, from: Data(outcome.output.utf8))
        #expect(found.pairs == 12)
        #expect(votes("pairs").count == 2 * (12 - found.identical))
        #expect(
            found.identical + found.baselinePreferred + found.candidatePreferred + found.equal
                + found.missing.values.reduce(0, +) == 12)
        expectRefusal(
            try await judge("pairs", "one", "two", "--rubric", "warmth", "--out", "other"),
            "\"warmth\" is no rubric of the suite. Use one of tone.")
    }

    @Test func `a run of a suite without a judge is refused`() async throws {
        expectSuccess(
            try await Program.run(try scratch.arguments(eval: "run", samples: 1), in: scratch))
        expectRefusal(try await judge("run"), "has a measure of kind \"judge\"")
        expectRefusal(try await judge("run", "--votes", "3"), "The number of votes is 3.")
    }
}
