import Foundation
import KeelFormats
public import KeelLanguage
import KeelModel
public import KeelTensor

/// Tunes a model back with few good rows, watches what that costs, and looks whether it lasts.
///
/// A new adapter is trained on top of the model and its adapters. While it is, gaps between good and bad
/// answers and the log-probability of neutral texts are followed; then a copy is trained on, on neutral
/// texts alone, to see whether the gaps fall back. Stopped anywhere, the same goes on.
public struct Realignment: Sendable {
    /// What happens when neutral texts have become less probable than allowed.
    public enum OnLimit: String, Sendable, Codable, CaseIterable {
        /// Each such look halves the learning rate.
        case halve
        /// The first such look ends the training.
        case stop
    }

    /// All that decides the result.
    public struct Settings: Hashable, Sendable, Codable {
        /// A path or an alias; what it has learned is tuned back.
        public var model: String
        /// Adapters that it has already, as paths; these stay as they are.
        public var adapters: [String]
        /// JSON Lines of good rows, as for supervised fine-tuning; 4 to 120 are meant.
        public var data: String
        /// JSON Lines of `{"prompt", "good", "bad"}`, each with a file name of its own.
        public var gaps: [String] = []
        /// JSON Lines of neutral rows; nil for those that ship with Keel.
        public var neutral: String?
        /// Optimiser steps, at least 1.
        public var steps = 30
        /// Rows of a step, at least 1.
        public var batchSize = 4
        /// Of the adapter that is trained.
        public var rank = 8
        /// The highest, above 0.
        public var learningRate = 2e-4
        /// Share by which the log-probability of neutral texts may worsen.
        public var limit = 0.03
        /// What follows a look at which neutral texts have worsened by more.
        public var onLimit = OnLimit.halve
        /// Steps between two looks.
        public var checkEvery = 5
        /// Neutral steps after which it is looked whether the gaps fell back; 0 for none.
        public var relapseSteps = 60
        /// Decides the order of rows and what is drawn.
        public var seed: UInt64 = 0

        public init(model: ModelReference, data: String) {
            self.model = model.base
            adapters = model.adapters
            self.data = data
        }

        /// - Throws: `TrainingError.option` for the first value that is out of range.
        func validate() throws(TrainingError) {
            let names = gaps.map(Realignment.name)
            try TrainingError.require([
                ("steps", (1...100_000).contains(steps), "from 1 to 100000"),
                ("batch-size", batchSize > 0, "above 0"),
                ("limit", limit > 0 && limit.isFinite, "above 0"),
                ("check-every", checkEvery > 0, "above 0"),
                ("relapse-steps", (0...100_000).contains(relapseSteps), "from 0 to 100000"),
                (
                    "the files of gaps", Set(names).count == names.count,
                    "called differently, each by its own name"
                ),
            ])
        }
    }

    /// All that decides the result.
    public var settings: Settings
    /// The run's folder.
    public var out: String
    /// Where it is computed.
    public var device = Device.cpu
    /// Texts that mark evaluation data; a row that holds one is refused.
    public var canaries: [String] = []
    /// Versions and hashes.
    public var facts: [String: String] = [:]
    /// What watches besides.
    public var makeObservers: (@Sendable (TrainingJob.Watched) throws -> [any TrainingObserver])?

    public init(_ settings: Settings, out: String) {
        self.settings = settings
        self.out = out
    }

    /// Tunes back, or goes on where it was stopped.
    ///
    /// `OUT/adapter` is the last adapter within the limit; `OUT/sum`, where the model has adapters, does what
    /// these and it do together; `OUT/realign.json` is what is returned.
    /// - Parameter onStep: Called after each step, with whether it is one of the neutral steps after.
    /// - Returns: What came of it, with every reading.
    /// - Throws: `JSONLinesError` for a row that cannot be used; `TrainingError`, `ModelError`,
    ///   `CancellationError`.
    public func run(
        onStep: @escaping @Sendable (StepReport, _ isRelapse: Bool) -> Void
    ) async throws -> RealignResult {
        try settings.validate()
        try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        let rows = try goodRows()
        let neutral = try splitNeutral()
        _ = try await mending(neutral.watched).run { onStep($0, false) }
        let looks = try NeutralGuard.lines(of: out)
        let accepted = looks.last { $0.isWithinLimit }?.step ?? 0
        // Training writes the adapter it ended with.
        let adapter = try LoRA(folder: out + "/accepted")
        try adapter.write(to: out + "/adapter")
        if !settings.adapters.isEmpty {
            let all = try settings.adapters.map { try LoRA(folder: $0) } + [adapter]
            try LoRA.sum(all).write(to: out + "/sum")
        }
        if settings.relapseSteps > 0 {
            _ = try await relapse(neutral.trained).run { onStep($0, true) }
        }
        let result = RealignResult(
            settings: settings, rows: rows, acceptedStep: accepted, looks: looks,
            gaps: try GapCurve.lines(of: out),
            relapse: try GapCurve.lines(of: out + "/relapse"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(result).write(
            to: URL(filePath: out + "/realign.json"), options: .atomic)
        return result
    }

    // MARK: The two runs

    private func mending(_ neutral: String) throws -> TrainingJob {
        var job = try job(data: settings.data, steps: settings.steps, out: out)
        job.settings.rank = settings.rank
        job.settings.alpha = 2 * Double(settings.rank)
        let extra = makeObservers
        job.makeObservers = { [settings] run in
            guard let adapter = run.adapter else { return [] }
            let encoder = RowEncoder(run.language, overlength: .truncate)
            let texts = try TrainingFile(path: neutral).rows(
                SupervisedRow.self, encode: encoder.examples)
            var observers: [any TrainingObserver] = [
                try Self.curve(settings, run),
                NeutralGuard(
                    texts, settings, model: run.language.model, adapter: adapter, out: run.out),
            ]
            if let extra { observers += try extra(run) }
            return observers
        }
        return job
    }

    private func relapse(_ neutral: String) throws -> TrainingJob {
        var job = try job(data: neutral, steps: settings.relapseSteps, out: out + "/relapse")
        job.settings.initialAdapter = out + "/adapter"
        job.settings.overlength = .truncate
        job.makeObservers = { [settings] run in [try Self.curve(settings, run)] }
        return job
    }

    private func job(data: String, steps: Int, out: String) throws -> TrainingJob {
        var job = TrainingJob(
            TrainingJob.Settings(
                method: .supervised,
                model: ModelReference(base: settings.model, adapters: settings.adapters),
                data: data), out: out)
        job.settings.options.maxSteps = steps
        // An epoch has at least one step.
        job.settings.options.epochs = Double(steps)
        job.settings.options.batchSize = settings.batchSize
        job.settings.options.learningRate = settings.learningRate
        job.settings.options.seed = settings.seed
        job.settings.options.saveEvery = settings.checkEvery
        job.settings.facts = facts
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        job.settings.facts["realign"] = String(
            decoding: try encoder.encode(settings), as: UTF8.self)
        job.device = device
        job.canaries = canaries
        return job
    }

    private static func curve(_ settings: Settings, _ run: TrainingJob.Watched) throws -> GapCurve {
        GapCurve(
            try settings.gaps.map { (name($0), try GapMeasure($0, of: run.language)) },
            every: settings.checkEvery, folder: run.out)
    }

    /// A file's name without folder and ending.
    static func name(_ path: String) -> String {
        URL(filePath: path).deletingPathExtension().lastPathComponent
    }

    // MARK: Rows

    /// How many good rows there are; none may be what is measured.
    private func goodRows() throws -> Int {
        let rows = try TrainingFile(path: settings.data, canaries: canaries).rows(
            SupervisedRow.self
        ) { [$0] }
        let trained = Set(rows.flatMap(\.texts).map(EvaluationText.folded))
        for path in settings.gaps {
            var reader = try JSONLinesReader<GapRow>(path: path)
            while let row = try reader.next() {
                // A system message may be the same of all rows there are.
                let said = row.prompt.filter { $0.role != .system }.map(\.content)
                for text in said + [row.good, row.bad]
                where trained.contains(EvaluationText.folded(text)) {
                    throw reader.error(
                        .invalidValue(
                            field: "",
                            reason: "\"\(text.prefix(60))\" is also in \(settings.data). What is "
                                + "trained on measures nothing; take one of both out."))
                }
            }
        }
        return rows.count
    }

    /// The file of neutral texts that ships with Keel, JSON Lines of `{"text"}`.
    /// - Throws: `TrainingError.unsupported` where it is missing beside the program.
    public static func neutralTexts() throws(TrainingError) -> String {
        guard
            let shipped = Bundle.module.url(forResource: "Texts/neutral", withExtension: "jsonl")
        else { throw .unsupported("neutral.jsonl is missing beside the program.") }
        return shipped.path
    }

    /// Neutral rows in two halves: one is watched, the other trained on afterwards.
    private func splitNeutral() throws -> (watched: String, trained: String) {
        let path = try settings.neutral ?? Self.neutralTexts()
        // Any defect is told with its own file and line.
        let rows = try TrainingFile(path: path, canaries: canaries).rows(SupervisedRow.self) {
            [$0]
        }
        guard rows.count >= 4 else {
            throw TrainingError.unsupported(
                "\(path) has \(rows.count) rows. At least 4 are needed: one half is watched, the other "
                    + "trained on afterwards.")
        }
        let lines = try String(contentsOfFile: path, encoding: .utf8)
            .split(whereSeparator: \.isNewline)
            .filter { !$0.allSatisfy(\.isWhitespace) }
        let names = (
            watched: out + "/neutral-watched.jsonl", trained: out + "/neutral-trained.jsonl"
        )
        for (name, parity) in [(names.watched, 0), (names.trained, 1)] {
            let half = lines.indices.filter { $0 % 2 == parity }.map { lines[$0] + "\n" }
            try half.joined().write(toFile: name, atomically: true, encoding: .utf8)
        }
        return names
    }
}
