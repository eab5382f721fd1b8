import Foundation
import KeelFormats
public import KeelLanguage
public import KeelModel
public import KeelTensor

/// One training run from files to files: what `keel train` does.
public struct TrainingJob: Sendable {
    /// What is trained for.
    public enum Method: Hashable, Sendable, Codable {
        /// On rows of `SupervisedRow`.
        case supervised
        /// On rows of `PreferenceRow`.
        case preference(PreferenceObjective.Options)
        /// On rows of `PromptRow`, by rewards of own answers; the text says who grades.
        case policy(PolicyObjective.Options, grader: String)
        /// On rows of `PromptRow`: a system prompt, on own answers without it.
        case distillation(DistillationObjective.Options)
        /// On rows of `PromptRow`: a system prompt, on answers given with it.
        case promptedAnswers(PromptedAnswers)
    }

    /// All that decides the result.
    public struct Settings: Hashable, Sendable, Codable {
        /// The objective, with its settings.
        public var method: Method
        /// The model, and adapters that it has already; these stay as they are.
        public var model: String
        /// In order; paths of PEFT folders.
        public var modelAdapters: [String] = []
        /// What weights are held as.
        public var type = "float32"
        /// The shape of the adapter; nil trains the whole model.
        public var rank: Int? = 16
        /// The update is scaled by it over the rank.
        public var alpha = 32.0
        /// Scales by `alpha / √rank` in place of `alpha / rank`.
        public var isRankStabilized = false
        /// Ends of module paths, as `q_proj` or `layers.0.self_attn.q_proj`; or one pattern, which has a
        /// character of `\^$*+?()[]{}|`; or `all-linear`.
        public var targets = ["all-linear"]
        /// Indices of the blocks that get an adapter, from 0; nil for all.
        public var layers: [Int]?
        /// A PEFT folder to start from, in place of a new adapter.
        public var initialAdapter: String?
        /// JSON Lines of training rows.
        public var data: String
        /// JSON Lines of rows that are only measured; nil for none.
        public var evaluation: String?
        /// The most tokens of an example; nil for the model's window.
        public var maxLength: Int?
        /// What becomes of a longer example.
        public var overlength = RowEncoder.Overlength.refuse
        /// Whether a row may stand in the data more than once.
        public var allowsDuplicates = false
        /// Steps between two looks at what the model says.
        ///
        /// 0 is none; nil ten looks where preferences or rewards are learned, and none elsewhere.
        public var sampleEvery: Int?
        /// Of the loop and the optimiser.
        public var options = TrainingOptions()
        /// Versions and hashes.
        public var facts: [String: String] = [:]

        public init(method: Method, model: ModelReference, data: String) {
            self.method = method
            self.model = model.base
            modelAdapters = model.adapters
            self.data = data
        }
    }

    /// All that decides the result.
    public var settings: Settings
    /// Where it is computed.
    public var device = Device.cpu
    /// The run's folder.
    public var out: String
    /// Texts that mark evaluation data.
    public var canaries: [String] = []
    /// Says how good an answer is, where the method learns from rewards.
    public var grader: (any Grader)?
    /// Where this process stands among those that train together; nil for training alone.
    ///
    /// All of them read the same files, and the first of them writes. A step has the rows it has
    /// with one process.
    public var place: ProcessPlace?
    /// How the residual stream is changed in training, and only there (preventative steering).
    public var steering: [Steering] = []
    /// Makes what watches besides, on the model's thread, where it stays.
    public var makeObservers: (@Sendable (Watched) throws -> [any TrainingObserver])?
    /// What is counted in samples, by name.
    public var counters: [String: @Sendable (String) -> Double] = [:]

    public init(_ settings: Settings, out: String) {
        self.settings = settings
        self.out = out
    }

    /// What observers are made for.
    public struct Watched {
        /// The model, the adapter attached.
        public let language: LanguageModel
        /// What is trained; nil for the whole model.
        public let adapter: LoRA?
        /// The processes that train together.
        public let group: any ProcessGroup
        /// The run's folder.
        public let out: String
        /// Steps of the whole run.
        public let steps: Int
    }

    /// Trains, or goes on where an earlier run of the same settings was stopped.
    ///
    /// The result is `OUT/adapter`, or `OUT/model` when the whole model is trained.
    /// - Parameter onStep: Is called after each step.
    /// - Returns: Where training ended.
    /// - Throws: `JSONLinesError` for a row that cannot be trained on, before any weight moves;
    ///   `ModelError`, `TrainingError`, `CancellationError`.
    public func run(onStep: @escaping @Sendable (StepReport) -> Void) async throws -> RunProgress {
        try settings.validate()
        let thread = TrainingThread()
        return try await thread.run { _ in
            try await session(onStep)
        }
    }

    /// The whole run, on the model's thread.
    private func session(_ onStep: @escaping @Sendable (StepReport) -> Void) async throws
        -> RunProgress
    {
        guard let type = ElementType(rawValue: settings.type),
            [.float32, .bfloat16, .float64].contains(type)
        else { throw TrainingError.option(name: "dtype", expected: "float32 or bfloat16") }
        let device = try place?.device(self.device) ?? self.device
        let language = try LanguageModel(
            ModelReference(base: settings.model, adapters: settings.modelAdapters), device: device,
            type: type, packing: settings.rank != nil)
        let adapter = try adapter(for: language.model)
        let encoder = RowEncoder(
            language, maxLength: settings.maxLength, overlength: settings.overlength)
        func supervised(_ path: String) throws -> [Example] {
            try file(path).rows(SupervisedRow.self, encode: encoder.examples)
        }
        switch settings.method {
        case .supervised:
            return try await train(
                SupervisedObjective(language.model), language, adapter, onStep,
                rows: supervised(settings.data),
                evaluation: settings.evaluation.map(supervised) ?? [],
                prompts: { $0.prompt })
        case .preference(let options):
            func preferences(_ path: String) throws -> [PreferencePair] {
                try file(path).rows(PreferenceRow.self) { row in
                    try options.validate(row)
                    return try encoder.pairs(row)
                }
            }
            return try await train(
                PreferenceObjective(language.model, adapter: required(adapter), options: options),
                language, adapter, onStep, rows: preferences(settings.data),
                evaluation: settings.evaluation.map(preferences) ?? [],
                prompts: { $0.chosen.prompt })
        case .policy(let options, _):
            return try await trainPolicy(options, language, required(adapter), encoder, onStep)
        case .distillation(let options):
            return try await distil(options, language, required(adapter), encoder, onStep)
        case .promptedAnswers(let teacher):
            return try await distil(teacher, language, adapter, encoder, onStep)
        }
    }

    private func required(_ adapter: LoRA?) throws -> LoRA {
        guard let adapter else {
            throw TrainingError.unsupported(
                "This method trains an adapter: off, it leaves the model as it was, which is needed."
            )
        }
        return adapter
    }

    /// Trains on rows that were read, and writes what came out.
    ///
    /// `observers` watch besides; `folder` is the run's folder, if it is open already; `prompts` gives
    /// what the model reads before its first own token.
    func train<Method: Objective>(
        _ objective: Method, _ language: LanguageModel, _ adapter: LoRA?,
        _ onStep: @escaping @Sendable (StepReport) -> Void,
        observers: [any TrainingObserver] = [], folder: RunFolder? = nil, rows: [Method.Row],
        evaluation: [Method.Row], prompts: (Method.Row) throws -> [Int]
    ) async throws -> RunProgress {
        let folder = try folder ?? RunFolder(path: out, configuration: settings)
        let parameters = adapter?.parameters ?? language.model.parameters
        let group: any ProcessGroup =
            try place?.join(on: parameters.first?.value.device ?? device) ?? SingleProcess()
        let trainer = try Trainer(
            objective, parameters: parameters, rows: rows,
            evaluation: evaluation, options: settings.options, folder: folder, group: group)
        if settings.isSampled {
            trainer.observers.append(
                SampleMonitor(
                    language,
                    prompts: try (evaluation.isEmpty ? rows : evaluation).prefix(8).map(prompts),
                    every: settings.sampleInterval(totalSteps: trainer.totalSteps),
                    counters: counters))
        }
        for one in steering { try one.validate(for: language.model.configuration) }
        if !steering.isEmpty { trainer.observers.append(SteeringObserver(steering)) }
        trainer.observers += observers
        trainer.observers +=
            try makeObservers?(
                Watched(
                    language: language, adapter: adapter, group: group, out: out,
                    steps: trainer.totalSteps)) ?? []
        trainer.observers.append(Forwarder(onStep))
        let progress = try await trainer.run()
        guard group.rank == 0 else { return progress }
        if let adapter {
            try adapter.write(to: out + "/adapter")
        } else {
            try language.write(to: out + "/model")
        }
        return progress
    }

    func file(_ path: String) -> TrainingFile {
        TrainingFile(
            path: path, canaries: canaries, allowsDuplicates: settings.allowsDuplicates)
    }

    private func adapter(for model: Transformer) throws -> LoRA? {
        guard let rank = settings.rank else { return nil }
        let adapter: LoRA
        if let folder = settings.initialAdapter {
            adapter = try LoRA(folder: folder)
        } else {
            // Points and digits are in paths, too, so they make no pattern.
            let isPattern =
                settings.targets == ["all-linear"]
                || settings.targets.count == 1
                    && settings.targets[0].contains { #"\^$*+?()[]{}|"#.contains($0) }
            adapter = try LoRA(
                PEFTConfiguration(
                    rank: rank, alpha: settings.alpha, isRankStabilized: settings.isRankStabilized,
                    targets: isPattern ? .pattern(settings.targets[0]) : .names(settings.targets),
                    layers: settings.layers, baseModel: settings.model),
                for: model, seed: settings.options.seed)
        }
        try adapter.attach(to: model)
        return adapter
    }
}

extension Example {
    /// What the model reads before the first token it is to produce.
    var prompt: [Int] { Array(tokens.prefix(isTarget.firstIndex(of: true) ?? 0)) }
}

/// Hands reports on.
private final class Forwarder: TrainingObserver {
    private let receive: @Sendable (StepReport) -> Void

    init(_ receive: @escaping @Sendable (StepReport) -> Void) {
        self.receive = receive
    }

    func didStep(_ report: inout StepReport) -> Bool {
        receive(report)
        return true
    }
}
