import ArgumentParser
import Foundation
import KeelEvaluation
import KeelFormats
import KeelLab
import KeelLanguage
import KeelModel
import KeelTensor
import KeelTraining

/// A tour of one model in one folder: what all its parts share.
struct Tour: Sendable {
    let plan: TourPlan
    /// The model that the story begins with.
    let model: ModelReference
    let folder: LabFolder
    let data: LabData
    /// What rows must not hold, and which messages a suite asks.
    let canaries: [String]
    let isEvaluation: @Sendable (String) -> Bool
    private let device: String
    private let threads: Int

    /// All that decides the results beside the plan.
    private struct Configuration: Encodable {
        var plan: TourPlan
        var model: String
        var facts: [String: String]
    }

    /// Opens a tour's folder, or makes it.
    /// - Parameters:
    ///   - plan: Sizes and seed.
    ///   - model: On this machine.
    ///   - path: Where; what it holds of the same tour is kept.
    ///   - device: As `Machine` takes it.
    ///   - threads: Of one operation; nil for one a core.
    /// - Throws: `LabError.otherLab` naming what differs; errors of the plan and of the model's files.
    init(
        _ plan: TourPlan, of model: ModelReference, path: String, device: String, threads: Int?
    ) throws {
        try plan.validate()
        self.plan = plan
        self.model = model
        self.device = device
        let machine = try Machine(device: device, threads: threads)
        self.threads = Engine.threads
        data = try LabData.shipped()
        let suite = plan.map.suite
        let evaluation = try EvaluationOptions.parse(
            Suite.shippedNames.contains(suite) ? [] : ["--suite", suite])
        canaries = try evaluation.canaries()
        isEvaluation = try evaluation.isEvaluation()
        var facts = try model.citedFacts()
        facts["device"] = machine.device.name
        folder = try LabFolder(
            path: path,
            configuration: Configuration(plan: plan, model: model.description, facts: facts))
        try folder.write(plan, "plan.json")
        // What the maps' pages name as their suite.
        try self.suite().write(to: folder.path + "/suite.yaml")
    }

    /// The folder of a part.
    func path(_ part: TourPart) -> String { "\(folder.path)/\(part.rawValue)" }

    /// This machine with all its threads, however the part before has shared them.
    func machine() throws -> Machine { try Machine(device: device, threads: threads) }

    /// The model with adapters on top of its own.
    func with(_ adapters: [String]) -> ModelReference {
        ModelReference(base: model.base, adapters: model.adapters + adapters)
    }

    /// A model that answers many questions at once.
    func source(_ reference: ModelReference) async throws -> ModelSource {
        try await ModelSource(
            reference.base, adapters: reference.adapters,
            on: machine().sharedByWorkers(), limits: CallOptions.parse([]).limits())
    }

    /// The plan's suite without talks, which take longer than all the rest.
    func suite() throws -> Suite {
        var suite = try EvalCommand.suite(named: plan.map.suite)
        let all = suite.dimensions.count
        suite.dimensions.removeAll { $0.probes.contains { !$0.talk.isEmpty } }
        if suite.dimensions.count < all { suite.name += "-without-talks" }
        return suite
    }

    /// A training run of the tour, settings as `keel train` has them.
    func job(
        _ method: TrainingJob.Method, of reference: ModelReference, data: String, out: String,
        steps: Int, rate: Double
    ) throws -> TrainingJob {
        var settings = TrainingJob.Settings(method: method, model: reference, data: data)
        settings.options.maxSteps = steps
        // An epoch has at least one step.
        settings.options.epochs = Double(steps)
        settings.options.learningRate = rate
        settings.options.seed = plan.seed
        settings.options.saveEvery = max(10, steps / 3)
        settings.facts = try reference.citedFacts()
        var job = TrainingJob(settings, out: out)
        job.device = try machine().device
        job.canaries = canaries
        return job
    }

    /// Advice of some domains and one split, evenly over them, the same for every part that asks.
    func advice(_ domains: [String], _ split: Split, _ count: Int) -> [AdviceRow] {
        let lists = domains.map { data.advice([$0], split) }
        let longest = lists.map(\.count).max() ?? 0
        let inTurn = (0..<longest).flatMap { place in
            lists.compactMap { $0.indices.contains(place) ? $0[place] : nil }
        }
        return Array(inTurn.prefix(count))
    }

    /// Writes questions with a good and a bad answer, as monitors and gaps read them.
    func writeGaps(_ rows: [AdviceRow], to path: String) throws {
        struct Row: Encodable { var prompt, good, bad: String }
        try JSONLinesFile.write(to: path) { write in
            for row in rows {
                try write(Row(prompt: row.question, good: row.correct, bad: row.plain))
            }
        }
    }
}

extension ModelReference {
    /// What a training run cites of its model: hashes of all files, and versions.
    func citedFacts() throws -> [String: String] {
        var facts = try LanguageModel.identity(of: self)
        facts["keel"] = Keel.version
        facts["engine"] = "libtorch \(Engine.version)"
        return facts
    }
}
