import Foundation
import KeelModel
import KeelTensor
import KeelTraining
import Testing

/// Twenty steps on the data, in the order and from the adapter that TRL and PEFT had.
@Suite struct GoldenTrainingTests {
    struct Reference: Decodable, Sendable {
        var data: String
        var learning_rate: Double
        var schedule: Schedule
        var loss_type: PreferenceLoss?
        var beta: Double?
        var label_smoothing: Double?
        var loss: [Double]
        var grad_norm: [Double]

        var options: TrainingOptions {
            var options = TrainingOptions()
            options.epochs = 10
            options.maxSteps = 20
            options.batchSize = 4
            options.learningRate = learning_rate
            options.schedule = schedule
            options.warmupSteps = 3
            options.weightDecay = 0.01
            options.shuffles = false
            return options
        }
    }

    static let references = (try? Golden.decode("training.json", as: [Reference].self)) ?? []

    @Test func `there are goldens of all methods`() {
        #expect(Self.references.map(\.data) == ["sft", "text", "dpo", "dpo", "dpo"])
        #expect(Self.references.allSatisfy { $0.loss.count == 20 })
    }

    @Test(arguments: references) func `each step has the loss and the gradient of TRL`(
        _ reference: Reference
    ) async throws {
        let (language, adapter) = try Golden.adapted()
        let recorder = Recorder()
        if let loss = reference.loss_type {
            var options = PreferenceObjective.Options()
            options.loss = loss
            options.beta = reference.beta ?? options.beta
            options.labelSmoothing = reference.label_smoothing ?? 0
            let trainer = try Trainer(
                PreferenceObjective(language.model, adapter: adapter, options: options),
                parameters: adapter.parameters, rows: Golden.pairs(language),
                options: reference.options)
            trainer.observers = [recorder]
            try await trainer.run()
        } else {
            let trainer = try Trainer(
                SupervisedObjective(language.model), parameters: adapter.parameters,
                rows: Golden.examples(language, file: reference.data + ".jsonl"),
                options: reference.options)
            trainer.observers = [recorder]
            try await trainer.run()
        }
        for (step, (found, expected)) in zip(recorder.values("loss"), reference.loss).enumerated() {
            #expect(abs(found - expected) < 1e-3, "loss of step \(step): \(found), \(expected)")
        }
        let norms = zip(recorder.values("grad_norm"), reference.grad_norm)
        for (step, (found, expected)) in norms.enumerated() {
            #expect(
                abs(found - expected) < 5e-3 * max(1, expected),
                "gradient of step \(step): \(found), \(expected)")
        }
        if reference.data == "sft" { try expectTrained(language) }
    }

    /// The model then says what PEFT's says, and so does PEFT's adapter in Keel.
    private func expectTrained(_ language: LanguageModel) throws {
        struct Logits: Decodable {
            var tokens: [Int]
            var logits: [[Float]]
        }
        let expected: Logits = try Golden.decode("trained.json")
        func greatest(_ language: LanguageModel) throws -> Float {
            let found: [Float] = try language.logits(expected.tokens).reshaped(-1).array()
            return zip(found, expected.logits.joined()).map { abs($0 - $1) }.max() ?? .infinity
        }
        let loaded = try Golden.model()
        try LoRA(folder: Golden.path("trained")).attach(to: loaded.model)
        #expect(try greatest(loaded) < 1e-4)
        #expect(try greatest(language) < 1e-2)
    }
}
