import Foundation
import KeelLanguage
import KeelModel
import KeelTensor
import KeelTraining
import TestSupport
import Testing

@Suite struct TrainerTests {
    // In float64: AdamW divides by the size of a gradient, so where one is near nothing, the last digit
    // of a float32 sum, which the order of adding decides, would be a step.
    @Test func `eight parts of one are one part of eight`() async throws {
        let whole = try await ShortRun.train(ShortRun.options(), type: .float64)
        let parts = try await ShortRun.train(
            ShortRun.options { $0.microBatchSize = 1 }, type: .float64)
        let byTokens = try await ShortRun.train(
            ShortRun.options { $0.microBatchTokens = 100 }, type: .float64)
        for other in [parts, byTokens] {
            for (a, b) in zip(whole.reports, other.reports) {
                let (x, y) = (try #require(a.metrics["loss"]), try #require(b.metrics["loss"]))
                #expect(abs(x - y) < 1e-5)
            }
            #expect(ShortRun.greatestDifference(whole.parameters, other.parameters) < 1e-5)
        }
    }

    @Test func `steering pushes the stream in training and leaves evaluations alone`() async throws
    {
        func train(_ strength: Double?) async throws -> (loss: Double, evaluation: Double) {
            let (language, adapter) = try Golden.adapted()
            let rows = try Golden.examples(language)
            // A rate this small leaves the weights as they are, so that only steering can tell.
            let trainer = try Trainer(
                SupervisedObjective(language.model), parameters: adapter.parameters, rows: rows,
                evaluation: rows,
                options: ShortRun.options {
                    $0.maxSteps = 1
                    $0.learningRate = 1e-12
                })
            let recorder = Recorder()
            trainer.observers = [recorder]
            if let strength {
                let width = language.model.configuration.hiddenSize
                let vector: [Float] = try Tensor.normal(
                    [width], generator: RandomGenerator(seed: 4)
                ).array()
                trainer.observers.append(
                    SteeringObserver([
                        Steering(vector: vector, layer: 0, action: .add(strength))
                    ]))
            }
            try await trainer.run()
            let metrics = try #require(recorder.reports.first?.metrics)
            return (try #require(metrics["loss"]), try #require(metrics["eval_loss"]))
        }
        let plain = try await train(nil)
        let pushed = try await train(3)
        #expect(abs(pushed.loss - plain.loss) > 0.01)
        #expect(abs(pushed.evaluation - plain.evaluation) < 1e-5)
    }

    @Test func `packed examples do not see each other`() throws {
        let (language, _) = try Golden.adapted()
        let rows = Array(try Golden.examples(language).prefix(5))
        let objective = SupervisedObjective(language.model)
        let together = try objective.loss(of: rows, ForwardPass()).sum.item()
        let apart = try rows.map { try objective.loss(of: [$0], ForwardPass()).sum.item() }
        #expect(abs(together - apart.reduce(0, +)) < 1e-3 * together)
    }

    @Test func `gradient checkpointing changes memory, not numbers`() async throws {
        let plain = try await ShortRun.train(ShortRun.options { $0.maxSteps = 3 })
        let saving = try await ShortRun.train(
            ShortRun.options {
                $0.maxSteps = 3
                $0.gradientCheckpointing = true
            })
        #expect(ShortRun.greatestDifference(plain.parameters, saving.parameters) < 1e-6)
    }

    @Test func `a whole model is trained, in float32 and bfloat16, and learns`() async throws {
        for type in [ElementType.float32, .bfloat16] {
            let language = try Golden.model(packing: false, type: type)
            let trainer = try Trainer(
                SupervisedObjective(language.model), parameters: language.model.parameters,
                rows: Golden.examples(language),
                options: ShortRun.options { $0.learningRate = 3e-3 })
            let recorder = Recorder()
            trainer.observers = [recorder]
            try await trainer.run()
            let losses = recorder.values("loss")
            let (first, last) = (try #require(losses.first), try #require(losses.last))
            #expect(last < 0.9 * first, "\(type): \(losses)")
        }
    }

    @Test func `an adapter learns on frozen bfloat16 weights and stays float32`() async throws {
        var ends: [Double] = []
        for type in [ElementType.float32, .bfloat16] {
            let language = try Golden.model(type: type)
            let adapter = try LoRA(folder: Golden.path("adapter"))
            try adapter.attach(to: language.model)
            let trainer = try Trainer(
                SupervisedObjective(language.model), parameters: adapter.parameters,
                rows: Golden.examples(language), options: ShortRun.options())
            let recorder = Recorder()
            trainer.observers = [recorder]
            try await trainer.run()
            let losses = recorder.values("loss")
            let (first, last) = (try #require(losses.first), try #require(losses.last))
            #expect(last < 0.9 * first, "\(type): \(losses)")
            for (_, value) in adapter.parameters { #expect(try value.elementType() == .float32) }
            ends.append(last)
        }
        // bfloat16 keeps 8 bits, so a loss of a few nats is off by hundredths.
        #expect(abs(ends[0] - ends[1]) < 0.02 * ends[0], "\(ends)")
    }

    @Test func `evaluation is measured and ends a run that gains nothing`() async throws {
        let learning = try await ShortRun.train(
            ShortRun.options { $0.evalEvery = 2 }, evaluating: true)
        let losses = learning.reports.compactMap { $0.metrics["eval_loss"] }
        #expect(losses.count == 3 && losses[2] < losses[0])
        let stuck = try await ShortRun.train(
            ShortRun.options {
                $0.learningRate = 1e-30
                $0.evalEvery = 1
                $0.patience = 2
            }, evaluating: true)
        #expect(stuck.reports.count == 3)
    }

    @Test func `a gradient that is no number ends the run`() async throws {
        let (language, adapter) = try Golden.adapted()
        try adapter.parameters[0].value.fill(.infinity)
        let trainer = try Trainer(
            SupervisedObjective(language.model), parameters: adapter.parameters,
            rows: Golden.examples(language), options: ShortRun.options())
        await #expect(throws: TrainingError.diverged(step: 1)) { try await trainer.run() }
    }

    @Test(arguments: [
        (["layers.0.self_attn.q_proj"], 1), (["q_proj"], 2), (["all-linear"], 14),
        ([#".*layers\.1\.mlp\.(up|down)_proj"#], 2),
    ])
    func `one target is a path's end, and a pattern only with what no path has`(
        targets: [String], layers: Int
    ) async throws {
        let scratch = try Scratch()
        var settings = try TrainingJob.Settings(
            method: .supervised, model: .init(base: Golden.path("model")),
            data: Golden.path("sft.jsonl"))
        settings.targets = targets
        settings.options.maxSteps = 1
        _ = try await TrainingJob(settings, out: scratch.path + "/run").run { _ in }
        let adapter = try LoRA(folder: scratch.path + "/run/adapter")
        // A and B of each.
        #expect(adapter.parameters.count == 2 * layers)
    }

    @Test func `observers read activations of every pass`() async throws {
        final class Reader: TrainingObserver {
            var shapes: [[Int]] = []
            func addHooks(to hooks: inout Hooks, step: Int) {
                hooks.at(.residPost(layer: 1)) { [self] activation in
                    shapes.append(activation.shape)
                    return nil
                }
            }
            func didStep(_ report: inout StepReport) -> Bool { report.step < 2 }
        }
        let (language, adapter) = try Golden.adapted()
        let rows = try Golden.examples(language)
        let trainer = try Trainer(
            SupervisedObjective(language.model), parameters: adapter.parameters, rows: rows,
            options: ShortRun.options { $0.shuffles = false })
        let reader = Reader()
        trainer.observers = [reader]
        try await trainer.run()
        let counts = [rows[..<8], rows[8..<16]].map { $0.reduce(0) { $0 + $1.tokens.count } }
        #expect(reader.shapes == counts.map { [1, $0, 32] })
    }
}
