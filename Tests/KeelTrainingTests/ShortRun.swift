import KeelModel
import KeelTensor
import KeelTraining

/// Six steps of supervised training from the golden adapter.
enum ShortRun {
    static func options(_ change: (inout TrainingOptions) -> Void = { _ in }) -> TrainingOptions {
        var options = TrainingOptions()
        options.epochs = 2
        options.batchSize = 8
        options.learningRate = 1e-2
        change(&options)
        return options
    }

    /// Trains, and gives what was reported and what came out.
    static func train(
        _ options: TrainingOptions, type: ElementType = .float32, folder: RunFolder? = nil,
        evaluating: Bool = false,
        group: any ProcessGroup = SingleProcess(),
        end: (step: Int, action: () throws -> Bool)? = nil
    ) async throws -> (reports: [StepReport], parameters: [[Float]]) {
        let (language, adapter) = try Golden.adapted(type: type)
        let rows = try Golden.examples(language)
        let trainer = try Trainer(
            SupervisedObjective(language.model), parameters: adapter.parameters, rows: rows,
            evaluation: evaluating ? Array(rows.prefix(4)) : [], options: options, folder: folder,
            group: group)
        let recorder = Recorder()
        recorder.end = end
        trainer.observers = [recorder]
        try await trainer.run()
        return (
            recorder.reports, try adapter.parameters.map { try $0.value.detached().array() }
        )
    }

    static func greatestDifference(_ a: [[Float]], _ b: [[Float]]) -> Float {
        zip(a.joined(), b.joined()).map { abs($0 - $1) }.max() ?? .infinity
    }
}
