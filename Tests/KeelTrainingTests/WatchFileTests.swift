import Foundation
import KeelFormats
import KeelLanguage
import KeelModel
import KeelTraining
import TestSupport
import Testing

/// Files of monitors, of questions, and calibrations made of runs.
@Suite struct WatchFileTests {
    private func file(_ json: String) throws -> WatchFile {
        var file = try JSONDecoder().decode(WatchFile.self, from: Data(json.utf8))
        try file.resolve()
        return file
    }

    @Test func `what is left out has a value for its kind`() throws {
        let file = try file(
            #"{"monitors": [{"name": "loss", "kind": "loss", "alarm": "fall"}, {"name": "n", "kind": "steps"}]}"#
        )
        #expect(file.monitors[0].window == 8 && file.monitors[0].measure == .change)
        #expect(file.monitors[1].window == 1 && file.monitors[1].measure == .level)
        #expect(file.actions.isEmpty && file.calibration == nil)
    }

    @Test func `a monitor whose window is longer than the run is warned of, and no other`() throws {
        let scratch = try Scratch()
        let path = try scratch.file(#"{"prompt": "a", "good": "b", "bad": "c"}"#)
        let file = try file(
            #"""
            {"monitors": [{"name": "loss", "kind": "loss"}, {"name": "n", "kind": "steps"},
             {"name": "gap", "kind": "probes", "file": "\#(path)", "every": 3, "window": 2},
             {"name": "drift", "kind": "drift", "every": 100}]}
            """#)
        // A change over 8 needs 9 readings. Of 6 steps, probes have those of 0, 3 and 6.
        #expect(file.warnings(steps: 9).isEmpty)
        #expect(file.warnings(steps: 8).map { $0.contains("\"loss\"") } == [true])
        #expect(!file.warnings(steps: 6).contains { $0.contains("\"gap\"") })
        #expect(file.warnings(steps: 1).contains { $0.contains("\"gap\"") })
        // It is read before the first step and at the last.
        #expect(!file.warnings(steps: 1).contains { $0.contains("\"drift\"") })
    }

    @Test(arguments: [
        #"{"monitors": []}"#,
        #"{"monitors": [{"name": "a", "kind": "loss"}, {"name": "a", "kind": "steps"}]}"#,
        #"{"monitors": [{"name": "A b", "kind": "loss"}]}"#,
        #"{"monitors": [{"name": "a", "kind": "loss", "widnow": 3}]}"#,
        #"{"monitors": [{"name": "a", "kind": "mood"}]}"#,
        #"{"monitors": [{"name": "a", "kind": "loss", "file": "b"}]}"#,
        #"{"monitors": [{"name": "a", "kind": "probes"}]}"#,
        #"{"monitors": [{"name": "a", "kind": "probes", "file": "not-there.jsonl"}]}"#,
        #"{"monitors": [{"name": "a", "kind": "latents", "file": "b"}]}"#,
        #"{"monitors": [{"name": "a", "kind": "loss", "window": 0}]}"#,
        #"{"monitors": [{"name": "a", "kind": "loss", "layer": 1}]}"#,
        #"{"monitors": [{"name": "a", "kind": "loss"}], "actions": ["stop"]}"#,
        #"{"monitors": [{"name": "a", "kind": "loss"}], "webhook": "https://a/"}"#,
        #"{"monitors": [{"name": "a", "kind": "loss"}], "calibration": "c", "actions": ["mend"]}"#,
        #"{"monitors": [{"name": "a", "kind": "loss"}], "calibration": "c", "mend": {"data": "d"}}"#,
        #"{"monitors": 3}"#, "[]", "{",
    ])
    func `a file that makes no sense is refused`(_ json: String) {
        #expect(throws: (any Error).self) { try file(json) }
    }

    @Test(arguments: [
        #"{"prompt": "a", "good": "b"}"#, #"{"prompt": "", "good": "b", "bad": "c"}"#,
        #"{"prompt": "a", "good": "b", "bad": "b"}"#, #"{"prompt": "a", "good": "", "bad": "c"}"#,
        #"{"prompt": 3, "good": "b", "bad": "c"}"#, "no JSON", "",
    ])
    func `rows of questions that cannot be used are named`(_ row: String) throws {
        let scratch = try Scratch()
        let path = try scratch.file(row)
        #expect(throws: JSONLinesError.self) { try GapMeasure(path, of: Golden.model()) }
    }

    @Test func `a gap is the mean log-probability of one answer less that of the other`() throws {
        let language = try Golden.model()
        let scratch = try Scratch()
        let path = try scratch.file(
            #"{"prompt": "a", "good": "wind", "bad": "the ship"}"#,
            #"{"prompt": [{"role": "user", "content": "b c"}], "good": "sea", "bad": "keel"}"#)
        let gaps = try GapMeasure(path, of: language).gaps()
        let wanted = try [("a", "wind", "the ship"), ("b c", "sea", "keel")].map { row in
            let scores = try language.score([row.1, row.2], after: .user(row.0))
            return scores[0].mean - scores[1].mean
        }
        #expect(zip(gaps, wanted).allSatisfy { abs($0 - $1) < 1e-4 } && gaps.count == 2)
    }

    // MARK: Calibration

    private static let monitors = [
        MonitorSettings(name: "loss", kind: .loss, alarm: .fall, window: 2),
        MonitorSettings(name: "drift", kind: .drift, every: 1),
    ]

    private func train(_ out: String, seed: UInt64) async throws {
        var settings = try TrainingJob.Settings(
            method: .supervised, model: .init(base: Golden.path("model")),
            data: Golden.path("sft.jsonl"))
        settings.rank = 2
        settings.options.maxSteps = 6
        settings.options.batchSize = 4
        settings.options.epochs = 2
        settings.options.seed = seed
        settings.facts[WatchedRun.fact] = try WatchedRun.description(of: Self.monitors)
        var job = TrainingJob(settings, out: out)
        job.makeObservers = { run in
            guard let adapter = run.adapter else { return [] }
            return [
                Watch(
                    [
                        Watch.Watched(Self.monitors[0], LossMonitor()),
                        Watch.Watched(Self.monitors[1], DriftMonitor(adapter)),
                    ], folder: run.out, group: run.group)
            ]
        }
        _ = try await job.run { _ in }
    }

    @Test func `limits are set on runs, and runs that say nothing are refused`() async throws {
        let scratch = try Scratch()
        let paths = (0..<3).map { scratch.path + "/run-\($0)" }
        for (seed, path) in paths.enumerated() { try await train(path, seed: UInt64(seed)) }
        let calibration = try WatchCalibration(runs: paths, rate: 0.25)
        #expect(calibration.horizon == 6 && calibration.runs.map(\.seed) == [0, 1, 2])
        let (loss, drift) = (calibration.limits[0], calibration.limits[1])
        // Three runs at a quarter: the furthest of all.
        #expect(loss.value == loss.peaks.min() && drift.value == drift.peaks.max())
        #expect(drift.peaks.allSatisfy { $0 > 0 } && drift.expectedRate == 0.25)

        let file = scratch.path + "/limits.json"
        try calibration.write(to: file)
        #expect(try WatchCalibration(contentsOf: file) == calibration)
        let missing = #expect(throws: TrainingError.self) {
            try WatchCalibration(contentsOf: file + ".none")
        }
        #expect(missing.map { "\($0)".contains("limits.json.none can't be read") } == true)
        var moved = Self.monitors[0]
        #expect(try calibration.limit(for: moved) == loss)
        moved.window = 3
        #expect(throws: TrainingError.self) { try calibration.limit(for: moved) }
        moved.name = "other"
        #expect(try calibration.limit(for: moved) == nil)
        #expect(try WatchedRun(paths[0]).firstStep(beyond: drift) == nil)

        // Two monitors share the rate: an eighth each, for which three runs are too few.
        #expect(throws: (any Error).self) {
            try WatchCalibration(runs: paths, rate: 0.25, sharing: .all)
        }
        let copy = scratch.path + "/copy"
        try FileManager.default.copyItem(atPath: paths[0], toPath: copy)
        #expect(throws: TrainingError.self) {
            try WatchCalibration(runs: paths + [copy], rate: 0.25)
        }
        try FileManager.default.removeItem(atPath: paths[1] + "/adapter")
        #expect(throws: TrainingError.self) { try WatchCalibration(runs: paths, rate: 0.25) }
        #expect(throws: TrainingError.self) { try WatchCalibration(runs: [], rate: 0.25) }
        #expect(throws: TrainingError.self) {
            try WatchCalibration(runs: [scratch.path + "/nowhere"], rate: 0.25)
        }
    }

    @Test func `a file that is no calibration is refused`() throws {
        let scratch = try Scratch()
        for text in ["", "{}", "[]", #"{"version": 2}"#] {
            let path = try scratch.file(text)
            #expect(throws: TrainingError.self) { try WatchCalibration(contentsOf: path) }
        }
    }
}
