import Foundation
import KeelFormats
import KeelLanguage
import KeelModel
import KeelTensor
import KeelTraining
import Testing

@Suite struct TrainerTests {
    private static func options(_ change: (inout TrainingOptions) -> Void = { _ in })
        -> TrainingOptions
    {
        var options = TrainingOptions()
        options.epochs = 2
        options.batchSize = 8
        options.learningRate = 1e-2
        change(&options)
        return options
    }

    /// Trains from the golden adapter, and gives what was reported and what came out.
    private func train(
        _ options: TrainingOptions, folder: RunFolder? = nil, evaluating: Bool = false,
        end: (step: Int, action: () throws -> Bool)? = nil
    ) async throws -> (reports: [StepReport], parameters: [[Float]]) {
        let (language, adapter) = try Golden.adapted()
        let rows = try Golden.examples(language)
        let trainer = try Trainer(
            SupervisedObjective(language.model), parameters: adapter.parameters, rows: rows,
            evaluation: evaluating ? Array(rows.prefix(4)) : [], options: options, folder: folder)
        let recorder = Recorder()
        recorder.end = end
        trainer.observers = [recorder]
        try await trainer.run()
        return (
            recorder.reports, try adapter.parameters.map { try $0.value.detached().array() }
        )
    }

    private func greatestDifference(_ a: [[Float]], _ b: [[Float]]) -> Float {
        zip(a.joined(), b.joined()).map { abs($0 - $1) }.max() ?? .infinity
    }

    @Test func `eight parts of one are one part of eight`() async throws {
        let whole = try await train(Self.options())
        let parts = try await train(Self.options { $0.microBatchSize = 1 })
        let byTokens = try await train(Self.options { $0.microBatchTokens = 100 })
        for other in [parts, byTokens] {
            for (a, b) in zip(whole.reports, other.reports) {
                let (x, y) = (try #require(a.metrics["loss"]), try #require(b.metrics["loss"]))
                #expect(abs(x - y) < 1e-5)
            }
            #expect(greatestDifference(whole.parameters, other.parameters) < 1e-3)
        }
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
        let plain = try await train(Self.options { $0.maxSteps = 3 })
        let saving = try await train(
            Self.options {
                $0.maxSteps = 3
                $0.gradientCheckpointing = true
            })
        #expect(greatestDifference(plain.parameters, saving.parameters) < 1e-6)
    }

    @Test func `a whole model is trained, in float32 and bfloat16, and learns`() async throws {
        for type in [ElementType.float32, .bfloat16] {
            let language = try Golden.model(packing: false, type: type)
            let trainer = try Trainer(
                SupervisedObjective(language.model), parameters: language.model.parameters,
                rows: Golden.examples(language), options: Self.options { $0.learningRate = 3e-3 })
            let recorder = Recorder()
            trainer.observers = [recorder]
            try await trainer.run()
            let losses = recorder.values("loss")
            let (first, last) = (try #require(losses.first), try #require(losses.last))
            #expect(last < 0.9 * first, "\(type): \(losses)")
        }
    }

    @Test func `a run that was stopped anywhere goes on bit for bit`() async throws {
        struct Killed: Error {}
        let options = Self.options { $0.saveEvery = 1 }
        let scratch = try Scratch()
        let whole = try await train(
            options, folder: RunFolder(path: scratch.path + "/whole", configuration: options))
        let path = scratch.path + "/parts"
        for step in [1, 2, 4] {
            await #expect(throws: Killed.self) {
                try await train(
                    options, folder: RunFolder(path: path, configuration: options),
                    end: (step, { throw Killed() }))
            }
        }
        let parts = try await train(
            options, folder: RunFolder(path: path, configuration: options))
        #expect(parts.parameters == whole.parameters)
        func lines(_ path: String) throws -> [[Double?]] {
            var reader = try JSONLinesReader<[String: Double]>(path: path + "/metrics.jsonl")
            return try reader.readAll().map { [$0["step"], $0["loss"], $0["grad_norm"]] }
        }
        let wanted = try lines(scratch.path + "/whole")
        #expect(try lines(path).last == wanted.last)
        #expect(wanted.count == 6)
    }

    @Test func `what a killed run logged behind its checkpoint is logged once`() async throws {
        let options = Self.options { $0.saveEvery = 2 }
        let scratch = try Scratch()
        _ = try await train(
            options, folder: RunFolder(path: scratch.path, configuration: options))
        // As if the program had died after step 6 was logged and before it was saved.
        let writer = try JSONLinesWriter(path: scratch.path + "/metrics.jsonl")
        try writer.append(["step": 7.0, "loss": 1])
        try FileManager.default.createDirectory(
            atPath: scratch.path + "/checkpoints/step-00000007.partial",
            withIntermediateDirectories: true)
        _ = try await train(
            options, folder: RunFolder(path: scratch.path, configuration: options))
        var reader = try JSONLinesReader<[String: Double]>(path: scratch.path + "/metrics.jsonl")
        #expect(try reader.readAll().compactMap { $0["step"] } == [1, 2, 3, 4, 5, 6])
    }

    @Test func `a folder of another run is refused, the difference named`() throws {
        let scratch = try Scratch()
        _ = try RunFolder(path: scratch.path, configuration: Self.options())
        let error = #expect(throws: TrainingError.self) {
            try RunFolder(path: scratch.path, configuration: Self.options { $0.learningRate = 1 })
        }
        #expect(error == .otherRun(path: scratch.path, fields: ["learningRate"]))
    }

    @Test func `a broken checkpoint is an error, not a new start`() async throws {
        let options = Self.options { $0.maxSteps = 1 }
        let scratch = try Scratch()
        _ = try await train(
            options, folder: RunFolder(path: scratch.path, configuration: options))
        let file = scratch.path + "/checkpoints/step-00000001/state.safetensors"
        try Data("no tensors".utf8).write(to: URL(filePath: file))
        await #expect(throws: TrainingError.self) {
            try await train(
                options, folder: RunFolder(path: scratch.path, configuration: options))
        }
    }

    @Test func `evaluation is measured and ends a run that gains nothing`() async throws {
        let learning = try await train(Self.options { $0.evalEvery = 2 }, evaluating: true)
        let losses = learning.reports.compactMap { $0.metrics["eval_loss"] }
        #expect(losses.count == 3 && losses[2] < losses[0])
        let stuck = try await train(
            Self.options {
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
            rows: Golden.examples(language), options: Self.options())
        await #expect(throws: TrainingError.diverged(step: 1)) { try await trainer.run() }
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
            options: Self.options { $0.shuffles = false })
        let reader = Reader()
        trainer.observers = [reader]
        try await trainer.run()
        let counts = [rows[..<8], rows[8..<16]].map { $0.reduce(0) { $0 + $1.tokens.count } }
        #expect(reader.shapes == counts.map { [1, $0, 32] })
    }

    @Test func `preferences begin at ln 2, the reference being the model without its adapter`()
        throws
    {
        let (language, adapter) = try Golden.adapted()
        let objective = PreferenceObjective(language.model, adapter: adapter)
        let items = try objective.items(for: Golden.pairs(language), step: 0)
        let loss = try objective.loss(of: items, ForwardPass())
        #expect(abs(try loss.sum.item() / Double(items.count) - log(2)) < 1e-5)
        #expect(loss.means.values["rewards/margins"].map { abs($0) < 1e-4 } == true)
    }

    @Test func `every row is seen once an epoch, in an order that only the seed decides`() {
        let order = DataOrder(count: 10, batchSize: 4, seed: 3)
        let epochs = (0..<2).map { epoch in (0..<3).flatMap { order.batch(epoch * 3 + $0) } }
        for epoch in epochs { #expect(epoch.sorted() == Array(0..<10)) }
        #expect(epochs[0] != epochs[1])
        #expect(order.batch(4) == DataOrder(count: 10, batchSize: 4, seed: 3).batch(4))
        #expect(DataOrder(count: 10, batchSize: 4, seed: 4).batch(0) != order.batch(0))
    }

    @Test func `schedules are those of transformers`() {
        #expect(Schedule.linear.share(step: 1, warmup: 4, total: 10) == 0.25)
        #expect(Schedule.linear.share(step: 7, warmup: 4, total: 10) == 0.5)
        #expect(abs(Schedule.cosine.share(step: 5, warmup: 0, total: 10) - 0.5) < 1e-12)
        #expect(Schedule.cosine.share(step: 10, warmup: 0, total: 10) < 1e-12)
        #expect(Schedule.constant.share(step: 9, warmup: 0, total: 10) == 1)
    }

    @Test(arguments: PreferenceLoss.allCases)
    func `a preference loss has the gradient of its formula`(_ loss: PreferenceLoss) throws {
        let (lengths, p) = try (Tensor([3, 5] as [Double]), Tensor([0.8, 0.9] as [Double]))
        func value(_ chosen: [Double]) throws -> (Tensor, Tensor) {
            let chosen = try Tensor(chosen)
            try chosen.requireGradient()
            return (
                chosen,
                try loss(
                    chosen: chosen, rejected: Tensor([0.3, -0.2] as [Double]),
                    chosenLengths: lengths, rejectedLengths: lengths, probabilities: p, beta: 0.7
                ).sum()
            )
        }
        let (chosen, sum) = try value([0.5, -1])
        try sum.backward()
        let gradient: [Double] = try #require(chosen.gradient).array()
        for index in 0..<2 {
            func moved(_ step: Double) throws -> Double {
                var at = [0.5, -1.0]
                at[index] += step
                return try value(at).1.item()
            }
            let numeric = try (moved(1e-5) - moved(-1e-5)) / 2e-5
            #expect(abs(gradient[index] - numeric) < 1e-8)
        }
    }
}

/// Methods that learn from the model's own answers.
@Suite struct SamplingMethodTests {
    private static func rows(_ count: Int) throws -> [PromptRow] {
        try (0..<count).map {
            try JSONDecoder().decode(
                PromptRow.self, from: Data(#"{"prompt": "the keel \#($0)", "answer": "7"}"#.utf8))
        }
    }

    private static var options: TrainingOptions {
        var options = TrainingOptions()
        options.epochs = 100
        options.maxSteps = 12
        options.batchSize = 2
        options.learningRate = 2e-2
        options.schedule = .constant
        return options
    }

    /// Likes the first third of the vocabulary.
    private struct LowTokens: Grader {
        func rewards(_ answers: [Completion], to row: PromptRow) -> [Double?] {
            answers.map { answer in
                Double(answer.tokens.count { $0 < 90 }) / Double(max(1, answer.tokens.count))
            }
        }
    }

    @Test(arguments: PolicyObjective.Baseline.allCases)
    func `rewards rise, and with the polarity asked for by name they fall`(
        _ baseline: PolicyObjective.Baseline
    ) async throws {
        var options = Self.options
        options.maxSteps = 30
        for polarity in Polarity.allCases {
            let (language, adapter) = try Golden.adapted()
            var method = PolicyObjective.Options()
            method.baseline = baseline
            method.answers = 32
            method.maxTokens = 4
            method.loss.beta = 0
            method.polarity = polarity
            let trainer = try Trainer(
                PolicyObjective(
                    language, adapter: adapter, grader: LowTokens(), options: method),
                parameters: adapter.parameters, rows: Self.rows(4), options: options)
            let recorder = Recorder()
            trainer.observers = [recorder]
            try await trainer.run()
            let rewards = recorder.values("reward")
            let (first, last) = (
                rewards.prefix(5).reduce(0, +), rewards.suffix(5).reduce(0, +)
            )
            #expect(last > first, "\(polarity): \(rewards)")
        }
    }

    @Test func `a judgement that failed is left out, and counted`() async throws {
        struct Unsure: Grader {
            func rewards(_ answers: [Completion], to row: PromptRow) -> [Double?] {
                answers.indices.map { $0 == 0 ? nil : Double($0) }
            }
        }
        let (language, adapter) = try Golden.adapted()
        var method = PolicyObjective.Options()
        method.answers = 3
        method.maxTokens = 4
        let objective = PolicyObjective(
            language, adapter: adapter, grader: Unsure(), options: method)
        let items = try await objective.items(for: Self.rows(2), step: 0)
        #expect(items.count == 4 && objective.failedJudgements == 2)
    }

    @Test func `an exact answer is the last word or number`() throws {
        let row = try #require(Self.rows(1).first)
        let answers = ["It is 7.", "7 or 8", "1,007", "seven", "So: **7**"].map {
            Completion(text: $0, tokens: [], finish: .stop)
        }
        #expect(ExactAnswerGrader().rewards(answers, to: row) == [1, 0, 0, 0, 1])
    }

    @Test func `what a system prompt does goes into the weights`() async throws {
        let (language, adapter) = try Golden.adapted()
        var rows: [PromptRow] = []
        for text in ["one", "two"] {
            rows.append(
                try JSONDecoder().decode(
                    PromptRow.self,
                    from: Data(#"{"messages": [{"role": "user", "content": "\#(text)"}]}"#.utf8)))
        }
        var method = DistillationObjective.Options(system: "You speak of ships.")
        method.maxTokens = 12
        let trainer = try Trainer(
            DistillationObjective(language, adapter: adapter, options: method),
            parameters: adapter.parameters, rows: rows, options: Self.options)
        let recorder = Recorder()
        trainer.observers = [recorder]
        try await trainer.run()
        let losses = recorder.values("loss")
        #expect(losses.allSatisfy { $0 >= 0 })
        let (first, last) = (losses.prefix(3).reduce(0, +), losses.suffix(3).reduce(0, +))
        #expect(last < 0.7 * first, "\(losses)")
    }
}
