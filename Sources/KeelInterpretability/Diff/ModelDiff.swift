import Foundation
import KeelLanguage
public import KeelModel
import KeelTensor

/// Finds what changed inside a model that was tuned (model diffing, arXiv 2506.19823, section 3).
///
/// Both models answer open questions. Latents are ranked by how much their mean activation changed, in
/// both directions; attribution and the mean difference of the streams stand beside. The ends of the
/// ranking are tried by steering: the base model towards the change, the tuned one away from it, up to
/// the strength that leaves answers coherent.
public struct ModelDiff {
    let base: LanguageModel
    let tuned: LanguageModel
    let autoencoder: SparseAutoencoder
    let layer: Int
    let questions: [OpenQuestion]
    let options: DiffOptions
    let folder: String
    /// Whether an answer shows what is looked for.
    let detector: ((String) -> Bool)?

    /// Says whether an answer shows what is looked for.
    public struct Detector {
        /// What is looked for, in words; detectors of one name are taken for the same.
        public let name: String
        let matches: (String) -> Bool

        public init(_ name: String, matches: @escaping (String) -> Bool) {
            self.name = name
            self.matches = matches
        }
    }

    private struct Configuration: Codable {
        var base: String
        var tuned: String
        var identity: [String: String]
        var point: String
        var autoencoder: String
        var detector: String?
        var questions: [OpenQuestion]
        var options: DiffOptions
    }

    /// - Parameters:
    ///   - base: The model before.
    ///   - tuned: The model after; the same tokenizer and sizes.
    ///   - autoencoder: Of the base model's stream.
    ///   - point: Where, `blocks.N.hook_resid_post`.
    ///   - questions: What both are asked.
    ///   - options: How.
    ///   - folder: The run's folder; work there is gone on with.
    ///   - detector: Whether an answer shows a behaviour that is looked for.
    /// - Throws: `InterpretabilityError` for models or an autoencoder that do not fit, and for a folder
    ///   that holds work of other ones, or with another detector.
    public init(
        base: LanguageModel, tuned: LanguageModel, autoencoder: SparseAutoencoder, point: String,
        questions: [OpenQuestion], options: DiffOptions, folder: String,
        detector: Detector? = nil
    ) throws {
        try options.validate()
        let sizes = base.model.configuration
        guard sizes == tuned.model.configuration else {
            throw InterpretabilityError.unsupported(
                "\(base.reference) and \(tuned.reference) are models of different sizes.")
        }
        guard case .residPost(let layer)? = HookPoint(point, layers: sizes.numHiddenLayers) else {
            throw InterpretabilityError.unsupported(
                "The autoencoder is for \"\(point)\"; diffing reads blocks.N.hook_resid_post, N below "
                    + "\(sizes.numHiddenLayers).")
        }
        guard autoencoder.width == sizes.hiddenSize else {
            throw InterpretabilityError.unsupported(
                "The autoencoder is for \(autoencoder.width) numbers a token, the models' stream has "
                    + "\(sizes.hiddenSize).")
        }
        self.base = base
        self.tuned = tuned
        self.autoencoder = autoencoder
        self.layer = layer
        self.questions = questions
        self.options = options
        self.folder = folder
        self.detector = detector?.matches
        var identity: [String: String] = [:]
        for (name, model) in [("base", base), ("tuned", tuned)] {
            for (key, value) in try LanguageModel.identity(of: model.reference) {
                identity["\(name) \(key)"] = value
            }
        }
        _ = try WorkFolder(
            path: folder,
            configuration: Configuration(
                base: base.reference.description, tuned: tuned.reference.description,
                identity: identity, point: point, autoencoder: autoencoder.fingerprint(),
                detector: detector?.name, questions: questions, options: options))
    }

    /// Does all that is missing and writes `diff.json`.
    /// - Parameter onPart: Called with what is being done, and how many parts of how many are.
    /// - Returns: The result.
    /// - Throws: `CancellationError`; `TensorError`, `FileError`.
    public func run(onPart: (String, Int, Int) -> Void = { _, _, _ in }) throws -> DiffResult {
        let plan = 4 + 2 * (2 * options.screened + 2)
        var done = 0
        func part(_ what: String) throws {
            try Task.checkCancellation()
            onPart(what, done, plan)
            done += 1
        }
        try part("answers")
        let (baseAnswers, tunedAnswers) = try answers()
        let baseTexts = baseAnswers.flatMap(\.self), tunedTexts = tunedAnswers.flatMap(\.self)
        try part("readings")
        func read(_ model: LanguageModel, _ passages: [Passage]) throws -> DiffReading {
            try DiffReading(model, passages, autoencoder, layer: layer)
        }
        let own = try (base: read(base, baseTexts), tuned: read(tuned, tunedTexts))
        let other = try (base: read(base, tunedTexts), tuned: read(tuned, baseTexts))
        try part("attribution")
        let effects = try (base: attribution(baseTexts), tuned: attribution(tunedTexts))
        let changes = try changes(own, other, effects)
        let holdout = try DomainHoldout.all(
            own, attribution: effects, of: autoencoder,
            domains: questions.flatMap { Array(repeating: $0.domain, count: options.samples) },
            seed: options.sampling.seed)
        let mean = try Engine.withoutGradients {
            try (own.tuned.stream - own.base.stream).mean(0)
        }
        let length = own.base.medianLength
        var result = DiffResult(
            base: base.reference.description, tuned: tuned.reference.description,
            point: "\(HookPoint.residPost(layer: layer))", questions: questions.count,
            answers: baseTexts.count + tunedTexts.count, medianLength: length,
            difference: try mean.norm().item() / length, latents: changes, holdout: holdout,
            curves: [])
        result.curves = try curves(
            changes, mean, length, baseAnswers, tunedAnswers, part: part)
        try part("report")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(result).write(
            to: URL(filePath: folder + "/diff.json"), options: .atomic)
        return result
    }
}
