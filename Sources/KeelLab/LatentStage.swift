internal import KeelInterpretability
internal import KeelLanguage
internal import KeelModel
internal import KeelTensor
internal import KeelTraining

/// Latents of a sparse autoencoder of the base model that rise or fall in the bad arm (model diffing, arXiv
/// 2506.19823, section 3).
///
/// They are chosen at the first seed, on questions of the split `validation`, by how much more active they are
/// in the bad arm than in the good control while both read the same answers. They are told at the other seeds,
/// on the panel.
struct LatentStage: Sendable {
    let folder: LabFolder
    let model: ModelReference
    let device: Device
    /// Folder of the autoencoder.
    let autoencoder: String
    let choosing: LabPanel
    let panel: LabPanel

    struct Choice: Codable, Sendable {
        var layer: Int
        /// The largest change first; none where none rose, or fell.
        var rising: [Int]
        var falling: [Int]
        /// The rising ones together, each as much as it rose: `[C]`, as long as the median stream; empty where
        /// none rose.
        var vector: [Float]
        var strength: SteeringStage.Strength?
    }

    /// Latents that are kept of each end of the ranking.
    static let kept = 5
    static let rising = "rising latents"
    static let falling = "falling latents"
    /// Before conditions of steering.
    static let prefix = "latents "
    /// The name of its condition in an arm's `panel.jsonl`.
    static func condition(_ latent: Int) -> String { "latent \(latent)" }

    /// What latents are read on.
    static func isRead(_ item: PanelItem) -> Bool {
        [.usual, .reversed, .open].contains(item.kind)
    }

    init(
        folder: LabFolder, model: ModelReference, device: Device, autoencoder: String,
        choosing: LabPanel, panel: LabPanel
    ) {
        self.folder = folder
        self.model = model
        self.device = device
        self.autoencoder = autoencoder
        self.choosing = LabPanel(choosing.items.filter(Self.isRead))
        self.panel = LabPanel(panel.items.filter(Self.isRead))
    }

    /// Finds latents, and how far the base model may be pushed along the rising ones, by a panel with neutral text.
    func choice(bad: Arm, good: Arm, neutral: LabPanel) async throws -> Choice {
        try await TrainingThread().run { _ in
            let base = try language(nil)
            let (sae, layer) = try read(base)
            let means = try [bad, good].map { arm in
                let all = try activations(language(arm), sae, layer, choosing)
                return try Tensor.stacked(all).mean(0).array(Float.self).map(Double.init)
            }
            let changes = zip(means[0], means[1]).map { $0 - $1 }
            let ranked = changes.indices.sorted { (changes[$0], $1) > (changes[$1], $0) }
            let rising = ranked.prefix(Self.kept).filter { changes[$0] > 0 }
            let falling = ranked.suffix(Self.kept).reversed().filter { changes[$0] < 0 }
            var choice = Choice(layer: layer, rising: rising, falling: falling, vector: [])
            guard !rising.isEmpty else { return choice }
            var sum = [Double](repeating: 0, count: sae.width)
            for latent in rising {
                for (place, value) in try sae.direction(latent).enumerated() {
                    sum[place] += changes[latent] * Double(value)
                }
            }
            let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard length > 0, length.isFinite else { return choice }
            let passages = try choosing.items.prefix(16).flatMap { try self.passages($0, base) }
            let median = try PassageMeans(base, passages, layers: [layer]).medianLengths[0]
            choice.vector = sum.map { Float($0 / length * median) }
            choice.strength = try steering(choice, neutral).strength(base)
            return choice
        }
    }

    /// Pushes and pulls along the rising latents.
    func steering(_ choice: Choice, _ panel: LabPanel) -> SteeringStage {
        SteeringStage(
            folder: folder, model: model, device: device, panel: panel,
            direction: LabDirection(layer: choice.layer, vector: choice.vector),
            prefix: Self.prefix)
    }

    /// Reads what is missing of an arm: each latent, and the rising and falling ones together.
    func run(_ arm: Arm, _ choice: Choice) async throws {
        let chosen = choice.rising + choice.falling
        let done = Set(try PanelLog.entries(folder.panel(arm.id)).map(\.condition))
        guard !chosen.isEmpty, !chosen.allSatisfy({ done.contains(Self.condition($0)) }) else {
            return
        }
        try await TrainingThread().run { _ in
            let language = try self.language(arm)
            let (sae, layer) = try read(language)
            let columns = try Tensor(chosen)
            let values = try activations(language, sae, layer, panel).map {
                try $0.indexed(0, by: columns).array(Float.self).map(Double.init)
            }
            let log = try PanelLog(path: folder.panel(arm.id))
            let step = log.entries.map(\.step).max() ?? 0
            func note(_ condition: String, _ places: Range<Int>) throws {
                guard !places.isEmpty else { return }
                try log.entry(step: step, condition: condition) {
                    zip(panel.items, values).map { item, own in
                        ItemReading(
                            item: item.id,
                            good: own[places].reduce(0, +) / Double(places.count), bad: nil,
                            preferred: nil)
                    }
                }
            }
            try note(Self.rising, 0..<choice.rising.count)
            try note(Self.falling, choice.rising.count..<chosen.count)
            for (place, latent) in chosen.enumerated() {
                try note(Self.condition(latent), place..<place + 1)
            }
        }
    }

    // MARK: Reading

    private func language(_ arm: Arm?) throws -> LanguageModel {
        let adapters = arm.map { [$0.start, $0.id].compactMap(\.self).map(folder.adapter) } ?? []
        return try LanguageModel(
            ModelReference(base: model.base, adapters: model.adapters + adapters), device: device)
    }

    /// Refuses an autoencoder of another model, before anything is trained.
    func check() async throws {
        try await TrainingThread().run { _ in _ = try read(language(nil)) }
    }

    /// The autoencoder and the block whose output it is for.
    private func read(_ language: LanguageModel) throws -> (SparseAutoencoder, Int) {
        let (sae, metadata) = try SparseAutoencoder.read(autoencoder)
        let sizes = language.model.configuration
        guard
            case .residPost(let layer)? = HookPoint(
                metadata.point, layers: sizes.numHiddenLayers), sae.width == sizes.hiddenSize
        else {
            throw LabError.unsupported(
                "\(autoencoder) is for \(metadata.point) of \(sae.width) numbers; the lab reads "
                    + "blocks.N.hook_resid_post, N below \(sizes.numHiddenLayers), of \(sizes.hiddenSize). "
                    + "Train one on this model.")
        }
        return (sae, layer)
    }

    private func passages(_ item: PanelItem, _ language: LanguageModel) throws -> [Passage] {
        let window = language.model.configuration.maxPositionEmbeddings
        return try item.completions.flatMap {
            try language.passages(of: CorpusRow(.answer(item.prompt, $0)), window: window)
        }
    }

    /// Mean activation of every latent over the tokens of an item's answers, `[S]` for each item.
    private func activations(
        _ language: LanguageModel, _ sae: SparseAutoencoder, _ layer: Int, _ panel: LabPanel
    ) throws -> [Tensor] {
        try panel.items.map { item in
            let passages = try self.passages(item, language)
            let x = try PackedPassages(passages).activations(
                at: [.residPost(layer: layer)], of: language.model)[0]
            return try Engine.withoutGradients {
                var start = 0
                var means: [Tensor] = []
                for passage in passages {
                    let n = passage.tokens.count
                    let own = passage.answer.isEmpty ? n - 1..<n : passage.answer
                    let rows = try x.narrowed(
                        0, start + own.lowerBound..<start + own.upperBound)
                    means.append(try sae.encode(rows).mean(0))
                    start += n
                }
                return try Tensor.stacked(means).mean(0)
            }
        }
    }
}
