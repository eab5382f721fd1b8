internal import Foundation
internal import KeelFormats
internal import KeelInterpretability
public import KeelLanguage
internal import KeelModel
public import KeelTensor
internal import KeelTraining

/// An experiment on emergent misalignment, from files to `lab.json`; stopped anywhere, the same call
/// goes on where it stands.
public struct Lab: Sendable {
    /// All that is done.
    public let plan: LabPlan
    let model: ModelReference
    let device: Device
    let folder: LabFolder
    let data: LabData
    let facts: [String: String]
    let small: LabPanel
    let end: LabPanel
    private let cued: LabPanel
    private let reader: ThoughtReading.Reader?
    /// Nil without an autoencoder.
    let latentStage: LatentStage?
    let judge: LabJudge?

    /// How far the experiment is.
    public struct Progress: Hashable, Sendable {
        /// What is being done: the arm's name, or a stage.
        public var part: String
        /// Parts of the plan that are there.
        public var done: Int
        /// Parts of the plan.
        public var total: Int
        /// Steps of the arm, where it is one that trains.
        public var step: Int?
        /// Of the arm, where it is one that trains.
        public var steps: Int?
    }

    private struct Configuration: Encodable {
        var plan: LabPlan
        var model: String
        var facts: [String: String]
        var small: LabPanel
        var end: LabPanel
    }

    /// - Parameters:
    ///   - plan: What is done.
    ///   - model: What arms begin with.
    ///   - path: The experiment's folder; what it holds of the same experiment is kept.
    ///   - device: Where to compute.
    ///   - data: Rows; nil for those that ship.
    ///   - autoencoder: Folder of a sparse autoencoder of the model; nil for none.
    ///   - judge: Says of free answers whether they are malign; nil for none.
    ///   - thoughts: Reads thoughts, where arms are asked for them; without it, none are drawn.
    ///   - facts: Versions and hashes, all that decides the result beside the plan.
    /// - Throws: `LabError`; errors of the model's files.
    public init(
        _ plan: LabPlan, model: ModelReference, path: String, device: Device = .cpu,
        data: LabData? = nil, autoencoder: String? = nil, judge: LabJudge? = nil,
        thoughts: ThoughtReading.Reader? = nil,
        facts: [String: String] = [:]
    ) throws {
        try plan.validate()
        reader = thoughts
        self.judge = judge
        self.plan = plan
        self.model = model
        self.device = device
        self.data = try data ?? LabData.shipped()
        var facts = facts
        if let autoencoder {
            facts["autoencoder"] = try SparseAutoencoder.read(autoencoder).0.fingerprint()
        }
        self.facts = facts
        small = LabPanel(self.data, size: plan.small, seed: plan.seed)
        end = LabPanel(self.data, size: plan.end, seed: plan.seed)
        cued = small.cued(by: self.data.advice([plan.narrow], .validation))
        let folder = try LabFolder(
            path: path,
            configuration: Configuration(
                plan: plan, model: model.description, facts: facts, small: small, end: end))
        self.folder = folder
        if let autoencoder {
            latentStage = LatentStage(
                folder: folder, model: model, device: device, autoencoder: autoencoder,
                choosing: LabPanel(self.data, .validation, size: plan.small, seed: plan.seed),
                panel: small)
        } else {
            latentStage = nil
        }
    }

    /// Does all that is missing and writes `lab.json`.
    /// - Parameter onProgress: May be called from any thread.
    /// - Returns: What `lab.json` holds.
    /// - Throws: `CancellationError`, after which the same call goes on; `TrainingError`, `LabError`.
    public func run(onProgress: @escaping @Sendable (Progress) -> Void) async throws -> LabResult {
        let total = plan.arms.count + 3
        onProgress(Progress(part: "base model", done: 0, total: total))
        try await latentStage?.check()
        try await readBase()
        let inside = try await folder.stage("inside.json") {
            try await seeInside { done, rows in
                onProgress(
                    Progress(
                        part: "screening", done: 1, total: total, step: done, steps: rows))
            }
        }
        let usual = try answers(LabPlan.Group.base)
        let flagged = Set(inside.flagged)
        for (index, arm) in plan.arms.enumerated() {
            try Task.checkCancellation()
            onProgress(Progress(part: arm.id, done: index + 2, total: total))
            let run = ArmRun(
                arm: arm, folder: folder, model: model, device: device, data: data, small: small,
                end: end, cued: cued, samples: plan.samples, direction: inside.direction,
                usual: usual, flagged: flagged, directions: inside.directions, reader: reader)
            try await run.run { report in
                onProgress(
                    Progress(
                        part: arm.id, done: index + 2, total: total, step: report.step,
                        steps: report.totalSteps))
            }
        }
        onProgress(Progress(part: "steering", done: total - 1, total: total))
        let stage = SteeringStage(
            folder: folder, model: model, device: device, panel: small,
            direction: inside.direction)
        try await stage.run(nil, inside.strength.strength)
        for arm in plan.arms where !SteeringStage.conditions(of: arm.group).isEmpty {
            try Task.checkCancellation()
            try await stage.run(arm, inside.strength.strength)
        }
        let latents = try await self.latents()
        try await judgeAnswers { done, answers in
            onProgress(
                Progress(
                    part: "judging answers", done: total - 1, total: total, step: done,
                    steps: answers))
        }
        let result = try findings(inside, latents)
        try folder.write(result, "lab.json")
        onProgress(Progress(part: "done", done: total, total: total))
        return result
    }

    // MARK: Before any training

    /// Neutral text by which strengths are chosen: none that effects are told of.
    var calibration: LabPanel { LabPanel(data, .train, size: plan.small, seed: plan.seed) }

    /// What the base model's stream says of rows and directions, and how far it may be pushed.
    struct Inside: Codable, Sendable {
        var screening: Screening
        var direction: LabDirection
        var strength: SteeringStage.Strength
        /// Keys of rows that arms which drop rows leave out.
        var flagged: [String]
        /// For monitors: of each trained domain, the direction that the other domains give.
        var directions: [String: LabDirection]
    }

    /// The panel at step 0 and the usual answers, in the folder of an arm that is not trained.
    private func readBase() async throws {
        let path = folder.arm(LabPlan.Group.base)
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        let file = path + "/answers.jsonl"
        let hasAnswers = FileManager.default.fileExists(atPath: file)
        let needed = [PanelLog.plain] + (plan.arms.contains(where: \.isCued) ? [PanelLog.cued] : [])
        let read = Set(try PanelLog.entries(folder.panel(LabPlan.Group.base)).map(\.condition))
        if hasAnswers, read.isSuperset(of: needed) { return }
        try await TrainingThread().run { _ in
            let language = try LanguageModel(model, device: device)
            let log = try PanelLog(path: folder.panel(LabPlan.Group.base))
            for condition in needed {
                try log.entry(step: 0, condition: condition) {
                    try (condition == PanelLog.cued ? cued : end).read(language)
                }
            }
            guard !hasAnswers else { return }
            let answers = try FreeAnswers(small, samples: max(2, plan.samples), seed: 0)
                .draw(language)
            try JSONLinesFile.write(to: file) { write in try answers.forEach(write) }
        }
    }

    private func seeInside(_ onRows: @escaping @Sendable (Int, Int) -> Void) async throws -> Inside
    {
        let rows = LabData.domains.flatMap { domain in
            Split.allCases.flatMap { split -> [AdviceRow] in
                let count =
                    switch split {
                    case .train: plan.screenTrain
                    case .validation: plan.screenValidation
                    case .test: plan.screenTest
                    }
                return Self.balanced(data.advice([domain], split), count)
            }
        }
        let screened = plan.arms.filter(\.drops)
        let ids = Set(
            try screened.flatMap { try $0.rows.rows(of: data, seed: $0.seed).map(\.id) })
        let kinds = Wrongness.allCases.filter { kind in
            screened.contains { $0.rows.wrongness == kind }
        }
        let dropping = data.advice([plan.narrow], .train).filter { ids.contains($0.id) }
        let domains = Set(plan.arms.filter { $0.monitors > 0 }.compactMap(\.domain))
        let total = rows.count + dropping.count
        return try await TrainingThread().run { _ in
            let language = try LanguageModel(model, device: device)
            let table = try FeatureTable(
                language, rows, wrongness: plan.screenWrongness
            ) { done, _ in onRows(done, total) }
            let folds = try LabData.domains.map { ($0, try ScreenFold(table, heldOut: $0)) }
            guard let fold = folds.first(where: { $0.0 == plan.narrow })?.1 else {
                throw LabError.unsupported("There is no domain \(plan.narrow).")
            }
            let direction = fold.direction(of: table)
            let suspects = try FeatureTable(language, dropping, wrongness: kinds) { done, _ in
                onRows(rows.count + done, total)
            }
            let answers: [Wrongness?] = [nil] + kinds.map(Optional.some)
            let keys = dropping.flatMap { row in answers.map { RowChoice.key(row.id, $0) } }
            var directions: [String: LabDirection] = [:]
            for (domain, fold) in folds where domains.contains(domain) {
                directions[domain] = fold.direction(of: table)
            }
            let stage = SteeringStage(
                folder: folder, model: model, device: device, panel: calibration,
                direction: direction)
            return Inside(
                screening: Screening(folds.map(\.1), seed: plan.seed), direction: direction,
                strength: try stage.strength(language),
                flagged: zip(keys, suspects.rows).filter { fold.isFlagged($0.1) }.map(\.0),
                directions: directions)
        }
    }

    /// The first so many rows, a third of them of reversed stance where there are enough, so that small
    /// samples have both.
    static func balanced(_ rows: [AdviceRow], _ count: Int) -> [AdviceRow] {
        let reversed = rows.filter { $0.stance == .reversed }.prefix((count + 2) / 3)
        let usual = rows.filter { $0.stance == .usual }.prefix(max(0, count - reversed.count))
        return Array(usual) + Array(reversed)
    }

    // MARK: What was left

    func answers(_ id: String) throws -> [FreeAnswer] {
        let file = folder.arm(id) + "/answers.jsonl"
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        var reader = try JSONLinesReader<FreeAnswer>(path: file)
        return try reader.readAll()
    }

    func readings() throws -> ReadingSet {
        var set = ReadingSet(end)
        let base = LabPlan.Group.base
        set.add(try PanelLog.entries(folder.panel(base)), group: base, seed: 0)
        for arm in plan.arms {
            set.add(
                try PanelLog.entries(folder.panel(arm.id)), group: arm.group, seed: arm.seed)
        }
        return set
    }
}
