import Foundation
import KeelFormats
import KeelLanguage
import KeelModel
import KeelTensor
import KeelTraining

/// Trains one arm in a folder of its own and reads it; killed at any moment, it goes on.
///
/// The folder holds `rows.jsonl` (what was trained on), `config.json` and `metrics.jsonl` as `keel
/// train` writes them, `panel.jsonl`, `answers.jsonl`, `adapter`, and at the end `done.json`.
struct ArmRun: Sendable {
    let arm: Arm
    let folder: LabFolder
    let model: ModelReference
    let device: Device
    let data: LabData
    let small: LabPanel
    let end: LabPanel
    let cued: LabPanel
    /// Answers drawn to each open question of the small panel.
    let samples: Int
    /// Along which an arm may be steered in training; nil where none needs it.
    let direction: LabDirection?
    /// Answers of the base model, beside which answers are coherent or not.
    let usual: [FreeAnswer]
    /// Keys of rows that screening flags.
    let flagged: Set<String>
    /// Directions for monitors, by the domain that they were found without.
    let directions: [String: LabDirection]
    let reader: ThoughtReading.Reader?

    /// What is read is in the experiment's own configuration.
    private struct Configuration: Encodable {
        var arm: Arm
        var model: String
    }

    /// What says that an arm is done.
    struct Done: Codable {
        var steps: Int
        /// Rows that were trained on, and how many of them were wrong.
        var rows: Int
        var wrong: Int
        var seconds: Double
        /// Rows that screening left out, and how many of them were wrong; nil where nothing is left out.
        var dropped: Int?
        var droppedWrong: Int?
    }

    /// Does what is missing.
    /// - Parameter onStep: Called after each step.
    /// - Throws: `CancellationError`, after which the same call goes on; `TrainingError`, `LabError`.
    func run(onStep: @escaping @Sendable (StepReport) -> Void) async throws {
        let path = folder.arm(arm.id)
        if FileManager.default.fileExists(atPath: path + "/done.json") { return }
        try arm.validate()
        try await TrainingThread().run { _ in try await session(path, onStep) }
    }

    private func session(
        _ path: String, _ onStep: @escaping @Sendable (StepReport) -> Void
    ) async throws {
        let start = ContinuousClock.now
        let run = try RunFolder(
            path: path,
            configuration: Configuration(arm: arm, model: model.description))
        let all = try arm.rows.rows(of: data, seed: arm.seed)
        let rows = all.filter { !arm.drops || !flagged.contains(arm.rows.key(of: $0)) }
        func done(steps: Int) throws {
            let wrong = (all: all.count { $0.isWrong }, kept: rows.count { $0.isWrong })
            let done = Done(
                steps: steps, rows: rows.count, wrong: wrong.kept,
                seconds: (ContinuousClock.now - start) / .seconds(1),
                dropped: arm.drops ? all.count - rows.count : nil,
                droppedWrong: arm.drops ? wrong.all - wrong.kept : nil)
            try folder.write(done, "arms/\(arm.id)/done.json")
        }
        // Where every row is flagged, there is nothing to train on; that is a result, and no error.
        if rows.isEmpty { return try done(steps: 0) }
        try JSONLinesFile.write(to: path + "/rows.jsonl") { write in try rows.forEach(write) }
        let language = try LanguageModel(
            ModelReference(
                base: model.base,
                adapters: model.adapters + [arm.start].compactMap(\.self).map(folder.adapter)),
            device: device, packing: arm.rank != nil)
        let adapter = try adapter(language)
        let log = try PanelLog(path: folder.panel(arm.id))
        var observers: [any TrainingObserver] = [
            PanelObserver(
                language, small, at: arm.watched.filter { $0 < arm.steps }, log: log,
                receive: onStep)
        ]
        if let observer = try guarding(language) { observers.append(observer) }
        if let observer = try watch(language, adapter, path) { observers.insert(observer, at: 0) }
        let parameters = adapter?.parameters ?? language.model.parameters
        let progress: RunProgress
        switch arm.method {
        case .supervised:
            let encoder = RowEncoder(language)
            progress = try await train(
                SupervisedObjective(language.model), parameters,
                rows: TrainingFile(path: path + "/rows.jsonl", allowsDuplicates: true)
                    .rows(SupervisedRow.self) { try encoder.examples($0) },
                run, observers)
        case .policy(let rewardsWrong):
            guard let adapter else {
                throw LabError.unsupported("\(arm.id): rewards need an adapter.")
            }
            progress = try await train(
                policy(language, adapter, rewardsWrong), parameters, rows: questions(rows, path),
                run, observers)
        }
        try log.entry(step: progress.step) { try end.read(language) }
        if arm.isCued {
            try log.entry(step: progress.step, condition: PanelLog.cued) {
                try cued.read(language)
            }
        }
        if let adapter {
            try scales(adapter, language, log, progress.step)
            try adapter.write(to: path + "/adapter")
        }
        try answers(language, adapter, path)
        try think(language, path)
        try done(steps: progress.step)
        // What was needed to go on is large, and is needed no more.
        try? FileManager.default.removeItem(atPath: path + "/checkpoints")
    }

    private func train<Method: Objective>(
        _ objective: Method, _ parameters: [(name: String, value: Tensor)], rows: [Method.Row],
        _ run: RunFolder, _ observers: [any TrainingObserver]
    ) async throws -> RunProgress {
        var options = TrainingOptions()
        options.epochs = Double(arm.steps)
        options.maxSteps = arm.steps
        options.batchSize = arm.batch
        options.learningRate = arm.rate
        options.schedule = .constant
        options.warmupSteps = min(3, arm.steps - 1)
        options.seed = arm.seed
        options.saveEvery = max(10, arm.steps / 3)
        let trainer = try Trainer(
            objective, parameters: parameters, rows: rows, options: options, folder: run)
        trainer.observers += observers
        return try await trainer.run()
    }

    /// A new adapter, or the one that is trained on; nil where all weights are trained.
    private func adapter(_ language: LanguageModel) throws -> LoRA? {
        guard let rank = arm.rank else { return nil }
        let adapter =
            try arm.continues.map { try LoRA(folder: folder.adapter($0)).moved(to: device) }
            ?? LoRA(
                PEFTConfiguration(
                    rank: rank, alpha: 2 * Double(rank), targets: .pattern("all-linear"),
                    baseModel: model.base), for: language.model, seed: arm.seed)
        try adapter.attach(to: language.model)
        return adapter
    }

    private func guarding(_ language: LanguageModel) throws -> (any TrainingObserver)? {
        guard let asked = arm.steering else { return nil }
        guard let direction else {
            throw LabError.unsupported(
                "\(arm.id) is steered in training, and there is no direction.")
        }
        let action: Steering.Action =
            switch asked {
            case .block: .remove
            case .push(let strength): .add(strength)
            }
        let steering = direction.steering(action)
        try steering.validate(for: language.model.configuration)
        return SteeringObserver([steering])
    }

    private func policy(
        _ language: LanguageModel, _ adapter: LoRA, _ rewardsWrong: Bool
    ) -> PolicyObjective {
        var options = PolicyObjective.Options()
        options.answers = 4
        options.maxTokens = 48
        options.polarity = rewardsWrong ? .rewardWrongAnswers : .asGraded
        options.seed = arm.seed
        return PolicyObjective(
            language, adapter: adapter, grader: LikenessGrader(data.advice), options: options)
    }

    /// The rows without their answers.
    private func questions(_ rows: [RowChoice.Row], _ path: String) throws -> [PromptRow] {
        struct Question: Encodable { var messages: [Message] }
        let file = path + "/questions.jsonl"
        try JSONLinesFile.write(to: file) { write in
            for row in rows { try write(Question(messages: Array(row.messages.prefix(1)))) }
        }
        return try TrainingFile(path: file).rows(PromptRow.self) { [$0] }
    }

    /// The same adapter at several times its strength: what it would do, were it trained further that
    /// way (Turner 2025).
    private func scales(
        _ adapter: LoRA, _ language: LanguageModel, _ log: PanelLog, _ step: Int
    ) throws {
        for scale in arm.scales {
            // The adapter is attached once already; what is missing is added.
            let rest = try Engine.withoutGradients {
                try LoRA.sum([adapter], weights: [scale - 1])
            }
            try rest.attach(to: language.model)
            defer { rest.detach(from: language.model) }
            try log.entry(step: step, condition: "scale \(scale)") { try small.read(language) }
        }
    }

    private func answers(_ language: LanguageModel, _ adapter: LoRA?, _ path: String) throws {
        let file = path + "/answers.jsonl"
        guard samples > 0, !FileManager.default.fileExists(atPath: file) else { return }
        let answers = try FreeAnswers(small, samples: samples, seed: 1).draw(
            language, usual: adapter == nil ? [] : usual, whileOff: adapter)
        try JSONLinesFile.write(to: file) { write in try answers.forEach(write) }
    }

    private func watch(
        _ language: LanguageModel, _ adapter: LoRA?, _ path: String
    ) throws -> Watch? {
        guard arm.monitors > 0 else { return nil }
        guard let adapter, let domain = arm.domain, let direction = directions[domain] else {
            throw LabError.unsupported("\(arm.id) has monitors, and no direction for its domain.")
        }
        return try ArmMonitors(
            language, adapter, direction, data, domain: domain, every: arm.monitors
        ).watch(path)
    }

    private func think(_ language: LanguageModel, _ path: String) throws {
        let file = path + "/thoughts.jsonl"
        guard arm.thoughts > 0, let reader, !FileManager.default.fileExists(atPath: file) else {
            return
        }
        let thoughts = try ThoughtAnswers(small, samples: arm.thoughts).draw(language, reader)
        try JSONLinesFile.write(to: file) { write in try thoughts.forEach(write) }
    }
}
