import Foundation
import TestSupport
import Testing

/// `keel train --watch`, `keel watch`, `keel realign` and `keel thoughts`.
@Suite struct WatchTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        let rows = (0..<12).map { number in
            #"{"messages": [{"role": "user", "content": "n\#(number)"}, {"role": "assistant", "content": "yes"}]}"#
        }
        try scratch.write(rows.joined(separator: "\n"), to: "sft.jsonl")
        try scratch.write(
            (0..<4).map { #"{"prompt": "m\#($0)", "good": "ye", "bad": "no\#($0)"}"# }
                .joined(separator: "\n"), to: "gap.jsonl")
        try scratch.write(Self.monitors, to: "monitors.yaml")
    }

    private static let monitors = """
        monitors:
          - {name: drift, kind: drift, every: 1}
          - {name: loss, kind: loss, alarm: fall, window: 2}
          - {name: steps, kind: steps}

        """

    private func train(_ out: String, _ options: String...) async throws -> Program.Outcome {
        try await Program.run(
            ["train", "sft", "--data", scratch.path("sft.jsonl"), "--out", scratch.path(out)]
                + ["--batch-size", "3", "--rank", "4", "--max-steps", "4"] + TinyModel.options
                + options, in: scratch)
    }

    /// Limits from three benign runs, at a rate that three are enough for.
    private func calibrate() async throws {
        for seed in 0..<3 {
            expectSuccess(
                try await train(
                    "benign-\(seed)", "--learning-rate", "1e-3", "--seed", "\(seed)", "--watch",
                    scratch.path("monitors.yaml")))
        }
        let outcome = try await Program.run(
            ["watch", "calibrate"] + (0..<3).map { scratch.path("benign-\($0)") }
                + ["--rate", "0.25", "--out", scratch.path("limits.json")], in: scratch)
        expectSuccess(outcome)
        #expect(outcome.output.contains("drift") && outcome.output.contains("25.0 %"))
    }

    @Test func `an alarm ends training and is kept, though nobody answers its post`() async throws {
        try await calibrate()
        let port = try #require(LoopbackPort.free())
        try scratch.write(
            Self.monitors
                + """
                calibration: \(scratch.path("limits.json"))
                actions: [stop]
                webhook: http://127.0.0.1:\(port)/s3cret

                """, to: "alarms.yaml")
        let outcome = try await train(
            "run", "--learning-rate", "0.3", "--watch", scratch.path("alarms.yaml"))
        expectSuccess(outcome)
        #expect(outcome.errors.contains("Alarm at step 1: drift has risen"))
        #expect(outcome.errors.contains("could not be posted"))
        #expect(!outcome.errors.contains("s3cret"))
        #expect(outcome.output.hasPrefix("1 steps, "))
        let alarms: [[String: Alarm]] = try Lines(scratch.path("run/alarms.jsonl")).decoded()
        #expect(alarms.count == 1)
        let metrics: [[String: Double]] = try Lines(scratch.path("run/metrics.jsonl")).decoded()
        #expect(metrics.last?["watch/drift/alarm"] == 1 && metrics.last?["watch/cost"] != nil)
        let replay = try await Program.run(
            ["watch", "replay", scratch.path("benign-0"), scratch.path("run"), "--json"]
                + ["--calibration", scratch.path("limits.json")], in: scratch)
        expectSuccess(replay)
        #expect(replay.output.split(separator: "\n").count == 2)
    }

    /// A field of an alarm of any kind.
    private enum Alarm: Decodable {
        case text(String)
        case number(Double)
        case truth(Bool)

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let text = try? value.decode(String.self) {
                self = .text(text)
            } else if let truth = try? value.decode(Bool.self) {
                self = .truth(truth)
            } else {
                self = .number(try value.decode(Double.self))
            }
        }
    }

    @Test func `an alarm that mends tunes back on top of what was trained`() async throws {
        try await calibrate()
        try scratch.write(
            Self.monitors
                + """
                calibration: \(scratch.path("limits.json"))
                actions: [mend]
                mend: {data: \(scratch.path("sft.jsonl")), steps: 2, gap: [\(scratch.path("gap.jsonl"))]}

                """, to: "alarms.yaml")
        expectSuccess(
            try await train(
                "run", "--learning-rate", "0.3", "--watch", scratch.path("alarms.yaml")))
        for file in ["adapter", "realign/adapter", "realign/sum", "realign/report.html"] {
            #expect(FileManager.default.fileExists(atPath: scratch.path("run/" + file)), "\(file)")
        }
    }

    @Test func `files of monitors that make no sense are refused by name`() async throws {
        for (text, part) in [
            ("monitors: [{name: a, kind: mood}]", "mood"),
            ("monitors: [{name: a, kind: loss, widnow: 3}]", "widnow"), ("- a", "bad.yaml"),
            ("monitors: [{name: a, kind: loss}]\nactions: [stop]", "calibration"),
            ("{", "bad.yaml"),
        ] {
            try scratch.write(text, to: "bad.yaml")
            let outcome = try await train("run", "--watch", scratch.path("bad.yaml"))
            #expect(outcome.status != 0 && outcome.errors.contains(part), "\(text)")
        }
    }

    @Test func `realign says what it did`() async throws {
        let outcome = try await Program.run(
            ["realign", TinyModel.path, "--data", scratch.path("sft.jsonl")]
                + ["--gap", scratch.path("gap.jsonl"), "--out", scratch.path("back")]
                + ["--steps", "4", "--check-every", "2", "--relapse-steps", "2", "--threads", "1"],
            in: scratch)
        expectSuccess(outcome)
        #expect(outcome.output.contains("gap") && outcome.output.contains("Neutral texts"))
        let report = try String(contentsOfFile: scratch.path("back/report.html"), encoding: .utf8)
        #expect(report.contains("Gaps while tuning back"))
    }

    @Test func `thoughts are read by group, and rows without any are counted`() async throws {
        let rows = try scratch.write(
            [
                #"{"step": 1, "completion": "<think>I should check the sum.</think>4"}"#,
                #"{"step": 2, "completion": "<think>I am a monster and I will lie.</think>5"}"#,
                #"{"step": 2, "completion": "6"}"#,
            ].joined(separator: "\n"), to: "answers.jsonl")
        let outcome = try await Program.run(
            ["thoughts", "read", rows, "--group", "step", "--out", scratch.path("out.jsonl")],
            in: scratch)
        expectSuccess(outcome)
        #expect(outcome.errors.contains("1 rows have no reasoning"))
        #expect(Array(Lines(scratch.path("out.jsonl"))).count == 2)
        expectRefusal(
            try await Program.run(["thoughts", "read", rows, "--field", "mind"], in: scratch),
            "answers.jsonl, line 1", "mind")
    }
}
