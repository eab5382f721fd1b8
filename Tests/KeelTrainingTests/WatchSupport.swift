import Foundation
import KeelModel
import KeelTensor
import KeelTraining
import TestSupport

/// A short run of the golden model that is watched along a fixed direction.
enum WatchedTraining {
    /// What is asked of a run.
    struct Plan {
        var seed: UInt64 = 0
        var options: (inout TrainingOptions) -> Void = { _ in }
        var limit: WatchCalibration.Limit?
        var stops = false
        /// From this step on, counted from 0, the stream is pushed along the direction.
        var push: Int?
        /// After so many steps in all, what happens instead of going on.
        var end: (step: Int, action: () throws -> Bool)?
    }

    static let settings = MonitorSettings(name: "side", kind: .direction, file: "-", window: 4)
    static let steps = 18

    /// Trains in a folder.
    static func run(_ folder: String, _ plan: Plan = Plan()) async throws -> [StepReport] {
        let (language, adapter) = try Golden.adapted()
        let rows = try Golden.examples(language)
        var options = TrainingOptions()
        options.batchSize = 4
        options.maxSteps = steps
        options.epochs = 10
        options.learningRate = 1e-3
        options.saveEvery = 1
        options.seed = plan.seed
        plan.options(&options)
        let trainer = try Trainer(
            SupervisedObjective(language.model), parameters: adapter.parameters, rows: rows,
            options: options, folder: RunFolder(path: folder, configuration: options))
        let width = language.model.configuration.hiddenSize
        let unit = try Tensor((0..<width).map { $0 == 3 ? Float(1) : 0 })
        if let push = plan.push {
            trainer.observers.append(Push(try unit.array(), from: push))
        }
        let column = try unit.unsqueezed(1)
        let drift = MonitorSettings(name: "drift", kind: .drift, every: 2)
        let loss = MonitorSettings(name: "loss", kind: .loss, alarm: .fall, window: 2)
        let count = MonitorSettings(name: "steps", kind: .steps)
        trainer.observers.append(
            Watch(
                [
                    Watch.Watched(
                        settings,
                        StreamMonitor(layer: 0) { try $0.matmul(column).mean() },
                        limit: plan.limit),
                    Watch.Watched(drift, DriftMonitor(adapter, every: 2)),
                    Watch.Watched(loss, LossMonitor()), Watch.Watched(count, StepMonitor()),
                ], stops: plan.stops, folder: folder))
        let recorder = Recorder()
        recorder.end = plan.end
        trainer.observers.append(recorder)
        do {
            try await trainer.run()
        } catch is Killed {}
        return recorder.reports
    }

    /// What a test throws for a program that is killed.
    struct Killed: Error {}

    /// Limits from nine benign runs.
    static func limit(_ scratch: Scratch) async throws -> WatchCalibration.Limit {
        var peaks: [Double] = []
        for seed in 0..<9 {
            let reports = try await run(
                scratch.path + "/benign-\(seed)", Plan(seed: UInt64(seed)))
            if let peak = reports.last?.metrics["watch/side/peak"] { peaks.append(peak) }
        }
        return try WatchCalibration.Limit(settings, peaks: peaks, rate: 0.1)
    }

    private final class Push: TrainingObserver {
        private let vector: [Float]
        private let from: Int

        init(_ vector: [Float], from: Int) {
            self.vector = vector
            self.from = from
        }

        func addHooks(to hooks: inout Hooks, step: Int) {
            guard step >= from else { return }
            hooks.steer(Steering(vector: vector, layer: 0, action: .add(40)))
        }
    }
}
