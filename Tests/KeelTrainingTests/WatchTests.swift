import Foundation
import KeelModel
import KeelTraining
import TestSupport
import Testing

/// Monitors while a model is trained.
@Suite struct WatchTests {
    private typealias Plan = WatchedTraining.Plan

    /// What monitors said, without what depends on the clock.
    private static func readings(_ reports: [StepReport]) -> [[String: Double]] {
        reports.map { report in
            report.metrics.filter { $0.key.hasPrefix("watch/") && !$0.key.hasSuffix("/cost") }
        }
    }

    @Test func `a planted shift gives alarm where it begins, a benign run gives none`() async throws
    {
        let scratch = try Scratch()
        let limit = try await WatchedTraining.limit(scratch)
        let benign = scratch.path + "/again"
        let calm = try await WatchedTraining.run(benign, Plan(seed: 4, limit: limit))
        #expect(calm.count == WatchedTraining.steps)
        #expect(calm.allSatisfy { $0.metrics["watch/side/alarm"] == 0 })
        #expect(try Alarm.read(run: benign).isEmpty)

        let shifted = scratch.path + "/shifted"
        let reports = try await WatchedTraining.run(shifted, Plan(seed: 4, limit: limit, push: 8))
        let alarms = try Alarm.read(run: shifted)
        let alarm = try #require(alarms.first)
        // One alarm, though the value stays beyond the limit for the rest of the run.
        #expect(alarms.count == 1 && alarm.monitor == "side")
        #expect((9...12).contains(alarm.step) && alarm.value > limit.value)
        #expect(alarm.falseAlarmRate == limit.expectedRate && alarm.benignRuns == 9)
        #expect(
            reports.map { $0.metrics["watch/side/alarm"] == 1 }
                == (1...WatchedTraining.steps).map { $0 >= alarm.step })
        for name in ["watch/cost", "watch/side/cost"] {
            #expect(reports.allSatisfy { ($0.metrics[name] ?? -1) >= 0 })
        }
    }

    @Test func `an alarm that stops ends the run at its step, for good`() async throws {
        let scratch = try Scratch()
        let limit = try WatchCalibration.Limit(
            WatchedTraining.settings, peaks: Array(repeating: 1, count: 9), rate: 0.1)
        let plan = Plan(limit: limit, stops: true, push: 8)
        let reports = try await WatchedTraining.run(scratch.path, plan)
        let step = try #require(try Alarm.read(run: scratch.path).first?.step)
        #expect(reports.count == step && step < WatchedTraining.steps)
        #expect(try await WatchedTraining.run(scratch.path, plan).isEmpty)
    }

    @Test func `a run that was stopped is watched bit for bit as one that was not`() async throws {
        let scratch = try Scratch()
        let limit = try WatchCalibration.Limit(
            WatchedTraining.settings, peaks: Array(repeating: 1, count: 9), rate: 0.1)
        let whole = try await WatchedTraining.run(
            scratch.path + "/whole", Plan(limit: limit, push: 8))
        var parts: [StepReport] = []
        for step in [2, 3, 9, 13, nil] {
            let end = step.map { ($0, { () throws -> Bool in throw WatchedTraining.Killed() }) }
            parts += try await WatchedTraining.run(
                scratch.path + "/parts",
                Plan(limit: limit, push: 8, end: end.map { (step: $0.0, action: $0.1) }))
        }
        #expect(parts.map(\.step) == whole.map(\.step))
        #expect(Self.readings(parts) == Self.readings(whole))
        func alarms(_ name: String) throws -> [[Double]] {
            try Alarm.read(run: scratch.path + "/" + name).map { [Double($0.step), $0.value] }
        }
        #expect(try alarms("parts") == alarms("whole") && alarms("whole").count == 1)
    }

    @Test func `a step in parts, or computed twice, is read the same`() async throws {
        let scratch = try Scratch()
        // Weights that stay where they are, so that only what is read can differ.
        let plain = try await WatchedTraining.run(
            scratch.path + "/plain", Plan(options: { $0.learningRate = 1e-30 }))
        let parts = try await WatchedTraining.run(
            scratch.path + "/parts",
            Plan(options: {
                $0.learningRate = 1e-30
                $0.microBatchSize = 1
                $0.gradientCheckpointing = true
            }))
        for (one, other) in zip(Self.readings(plain), Self.readings(parts)) {
            #expect(one.keys.sorted() == other.keys.sorted())
            for (name, value) in one {
                #expect(abs(value - (other[name] ?? .nan)) < 1e-3, "\(name)")
            }
        }
    }

    @Test func `baselines say what they are of`() async throws {
        let scratch = try Scratch()
        let reports = try await WatchedTraining.run(scratch.path)
        #expect(reports.map { $0.metrics["watch/steps"] } == (1...18).map { Double($0) })
        let drifts = reports.compactMap { $0.metrics["watch/drift"] }
        #expect(drifts.count == 9 && drifts.allSatisfy(\.isFinite) && drifts.last != 0)
        let losses = reports.compactMap { $0.metrics["loss"] }
        // A change is the mean of the last two less the mean of the first two.
        let change = try #require(reports.last?.metrics["watch/loss"])
        #expect(abs(change - ((losses[16] + losses[17]) - (losses[0] + losses[1])) / 2) < 1e-9)
    }

    @Test func `a checkpoint of a run that was not watched is refused, not taken for one`()
        async throws
    {
        struct Unwatched: Error {}
        let scratch = try Scratch()
        let options = ShortRun.options { $0.saveEvery = 1 }
        let first = try RunFolder(path: scratch.path, configuration: options)
        await #expect(throws: Unwatched.self) {
            try await ShortRun.train(options, folder: first, end: (2, { throw Unwatched() }))
        }
        let (language, adapter) = try Golden.adapted()
        let trainer = try Trainer(
            SupervisedObjective(language.model), parameters: adapter.parameters,
            rows: Golden.examples(language), options: options,
            folder: RunFolder(path: scratch.path, configuration: options))
        trainer.observers = [
            Watch(
                [Watch.Watched(MonitorSettings(name: "loss", kind: .loss), LossMonitor())],
                folder: scratch.path)
        ]
        await #expect(throws: TrainingError.self) { try await trainer.run() }
    }
}
