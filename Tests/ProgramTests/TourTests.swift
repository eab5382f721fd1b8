import Foundation
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// `keel tour` on a random model of two layers and a plan of the smallest sizes.
@Suite struct TourTests {
    private let scratch: Scratch
    private static let parts = [
        "map", "shape", "map-shaped", "inside", "limits", "tune", "diff", "turn-down", "mend",
        "map-mended", "read",
    ]

    /// Every size of a plan is there; what is missing is refused.
    private static let plan = """
        {"name": "tiny", "seed": 0,
         "map": {"suite": "tiny.yaml", "isQuick": false, "samples": 2, "maxTokens": 8},
         "shape": {"constitution": "steady", "arm": "contrasted", "messages": 2, "answers": 2,
                   "maxTokens": 24, "steps": 2, "rate": 0.001, "fewestRows": 1},
         "inside": {"depth": 0.5, "tokens": 600, "passes": 1, "latents": 16, "k": 2, "batch": 64,
                    "pairs": 8},
         "tune": {"narrow": "car", "steps": 4, "batch": 2, "rate": 0.01, "rank": 2, "benign": 3,
                  "falseAlarms": 0.3, "asked": 4, "every": 2, "window": 2},
         "diff": {"questions": 1, "samples": 2, "maxTokens": 6, "screened": 1, "strengths": [0.5]},
         "mend": {"domains": ["computer", "garden"], "rows": 8, "steps": 4, "batch": 2, "rate": 0.01,
                  "relapse": 2, "followed": 2},
         "panel": {"usual": 1, "reversed": 1, "open": 1, "tasks": 1, "neutral": 1},
         "shownTokens": 6}
        """

    init() throws {
        scratch = try Scratch()
        try scratch.write(TinySuite.yaml, to: "tiny.yaml")
        try scratch.write(Self.plan, to: "plan.json")
        // Advice is longer than the window that the model was made with; its positions are rotary.
        try copyModel(as: "model", ["max_position_embeddings": 4096])
    }

    /// A copy of the tiny model with other values in its configuration.
    private func copyModel(as name: String, _ changes: [String: Any]) throws {
        let file = URL(filePath: try scratch.copyModel(as: name)).appending(path: "config.json")
        let old = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        let config = try #require(old as? [String: Any]).merging(changes) { $1 }
        try JSONSerialization.data(withJSONObject: config).write(to: file)
    }

    private func tour(of model: String = "model", _ more: String...) async throws -> Program {
        try await Program(
            ["tour", "--model", model, "--threads", "1", "--plan", "plan.json", "--out", "tour"]
                + more, in: scratch, limit: 600)
    }

    /// The markers of the parts that are done.
    private func markers() -> [String: Data] {
        Dictionary(
            uniqueKeysWithValues: Self.parts.compactMap { part in
                (try? Data(contentsOf: URL(filePath: scratch.path("tour/\(part)/done.json")))).map {
                    (part, $0)
                }
            })
    }

    @Test func `a tour that is killed again and again tells the whole story, each part once`()
        async throws
    {
        var done: [String: Data] = [:]
        for moment in [
            "map/samples.jsonl", "limits/benign-2/metrics.jsonl", "diff/answers.jsonl",
            "mend/run/metrics.jsonl", "read/base.json",
        ] {
            let program = try await tour()
            await program.waitUntil(scratch.path("tour/" + moment), hasLines: 1)
            program.signal(SIGKILL)
            let outcome = try await program.outcome()
            if outcome.signal != SIGKILL { expectSuccess(outcome) }
            let now = markers()
            #expect(done.allSatisfy { now[$0.key] == $0.value }, "after \(moment)")
            done = now
        }
        let outcome = try await tour().outcome()
        expectSuccess(outcome)
        let now = markers()
        #expect(now.keys.sorted() == Self.parts.sorted())
        #expect(done.allSatisfy { now[$0.key] == $0.value })
        try expectStory(outcome)

        let again = try await tour().outcome()
        expectSuccess(again)
        #expect(markers() == now)

        try FileManager.default.removeItem(atPath: scratch.path("tour/shape"))
        let mixed = try await tour().outcome()
        #expect(mixed.status == 1, "\(mixed.errors)")
        #expect(mixed.errors.contains("map-shaped/done.json: what it rests on was made anew"))
    }

    /// The page has every part of the story, a line that goes on, and claims with verdicts.
    private func expectStory(_ outcome: Program.Outcome) throws {
        let report = try String(contentsOfFile: scratch.path("tour/report.html"), encoding: .utf8)
        for section in [
            "held", "map", "shape", "watch", "tune", "inside", "mend", "again", "answers", "on",
        ] {
            #expect(report.contains("<section aria-labelledby=\"\(section)\">"), "\(section)")
        }
        for text in ["serve --model model --adapter tour/mend/run/sum", "The monitor “gap”"] {
            #expect(report.contains(text), "\(text)")
        }
        #expect(outcome.output.contains("serve --model model --adapter tour/mend/run/sum"))
        for page in ["map", "map-shaped", "map-mended", "diff", "mend/run"] {
            #expect(Scratch.size(of: scratch.path("tour/\(page)/report.html")) > 0, "\(page)")
        }
        struct Result: Decodable {
            struct Claim: Decodable { var number: Int }
            struct Story: Decodable {
                struct Limits: Decodable {
                    struct Calibration: Decodable {
                        struct Run: Decodable { var data: String }
                        var runs: [Run]
                    }
                    var calibration: Calibration
                }
                var limits: Limits
            }
            var claims: [Claim]
            var story: Story
        }
        let result = try JSONDecoder().decode(
            Result.self, from: Data(contentsOf: URL(filePath: scratch.path("tour/tour.json"))))
        #expect(result.claims.map(\.number) == Array(1...6))
        #expect(result.story.limits.calibration.runs.count == 3)
        // What the bad copy learnt from is no row of any benign run, and no question that is read.
        let bad = try String(
            contentsOfFile: scratch.path("tour/tune/bad/rows.jsonl"), encoding: .utf8)
        #expect(bad.contains("\"isWrong\":true") && !bad.contains("\"isWrong\":false"))
        for run in result.story.limits.calibration.runs {
            let rows = try String(contentsOfFile: scratch.path(run.data), encoding: .utf8)
            #expect(!rows.contains("\"isWrong\":true"))
        }
    }

    @Test func `a model of another family that knows no system message goes on unshaped`()
        async throws
    {
        try copyModel(
            as: "other",
            [
                "architectures": ["MistralForCausalLM"], "model_type": "mistral",
                "sliding_window": NSNull(), "max_position_embeddings": 4096,
            ])
        let file = "other/chat_template.jinja"
        let template = try String(contentsOfFile: scratch.path(file), encoding: .utf8)
        try scratch.write(
            "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
                + template, to: file)
        expectSuccess(try await tour(of: "other", "--until", "limits").outcome())
        struct Shape: Decodable {
            struct Outcome: Decodable {
                var rows: Int
                var adapter: String?
            }
            var outcome: Outcome
        }
        func read<Value: Decodable>(_ name: String) throws -> Value {
            try JSONDecoder().decode(
                Value.self, from: Data(contentsOf: URL(filePath: scratch.path(name))))
        }
        let shape: Shape = try read("tour/shape/done.json")
        #expect(shape.outcome.rows == 0 && shape.outcome.adapter == nil)
        struct Limits: Decodable {
            struct Run: Decodable { var model: String }
            var runs: [Run]
        }
        let limits: Limits = try read("tour/limits/limits.json")
        #expect(limits.runs.map(\.model) == ["other", "other", "other"])
    }

    @Test func `the first part alone is a map, and another tour in its folder is refused`()
        async throws
    {
        let first = try await tour("--until", "map").outcome()
        expectSuccess(first)
        #expect(Lines(scratch.path("tour/map/samples.jsonl")).count == TinySuite.lines(samples: 2))
        #expect(Scratch.size(of: scratch.path("tour/map/report.html")) > 0)
        #expect(first.errors.contains("Its page: tour/map/report.html"), "\(first.errors)")
        #expect(!FileManager.default.fileExists(atPath: scratch.path("tour/shape")))
        expectRefusal(
            try await tour("--seed", "1").outcome(), "holds another experiment", "plan")
    }

    @Test func `a plan that cannot be is refused before anything is done`() async throws {
        for (plan, words) in [
            ("no plan", "is no plan of a tour"),
            (Self.plan.replacing("\"car\"", with: "\"cars\""), "tune.narrow"),
            (Self.plan.replacing("\"window\": 2", with: "\"window\": 4"), "tune.window"),
            (Self.plan.replacing("[\"computer\", \"garden\"]", with: "[\"car\"]"), "mend.domains"),
            (Self.plan.replacing("\"benign\": 3", with: "\"benign\": 2"), "at least 3"),
            (Self.plan.replacing("\"usual\": 1", with: "\"usual\": -1"), "panel.usual"),
            (Self.plan.replacing("[0.5]", with: "[-0.5]"), "diff.strengths"),
            (Self.plan.replacing("0.001", with: "0"), "shape.rate"),
        ] {
            try scratch.write(plan, to: "plan.json")
            let outcome = try await tour().outcome()
            #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.errors)")
        }
        let both = try await tour("--quick").outcome()
        #expect(both.status == 64 && both.errors.contains("--plan"))
        let narrowed = try await tour("--weights", "bf16").outcome()
        #expect(narrowed.status == 64 && narrowed.errors.contains("--weights bf16"))
        let unknown = try await Program.run(
            ["tour", "--model", "model", "--plan", "huge", "--out", "tour"], in: scratch)
        #expect(unknown.status == 64 && unknown.errors.contains("quick, usual, whole"))
        #expect(!FileManager.default.fileExists(atPath: scratch.path("tour")))
    }
}
