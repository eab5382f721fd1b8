import Foundation
import KeelFormats
import KeelInterpretability
import KeelLab
import KeelLanguage
import KeelModel
import KeelStatistics
import KeelTraining

/// Learns a sparse autoencoder of the shaped model's stream (`keel activations`, `keel sae train`), and
/// finds where careless answers differ from careful ones (`keel direction find`).
///
/// Text is that of `KeelLab`'s split `train`; the direction is found on `validation`, without the
/// narrow domain, so that no monitor knows what is to come.
struct InsideStage: TourStage {
    let part = TourPart.inside
    let model: ModelReference

    struct Outcome: Codable, Sendable {
        var autoencoder: String
        var activations: String
        /// Where the stream is read, such as `blocks.15.hook_resid_post`.
        var point: String
        var latents: Int
        var tokens: Int
        var quality: SAEQuality
        /// A control vector, from careful to careless.
        var direction: String
        var layer: Int
        /// How well it tells careless from careful answers to questions that it was not found on.
        var auroc: Double
    }

    func run(_ tour: Tour, _ report: @escaping TourProgress) async throws -> Outcome {
        let folder = tour.path(part)
        let corpus = folder + "/corpus.jsonl"
        try Self.writeCorpus(tour.data, seed: tour.plan.seed, to: corpus)
        let pairs = tour.advice(
            LabData.domains.filter { $0 != tour.plan.tune.narrow }, .validation,
            tour.plan.inside.pairs)
        let files = (careless: folder + "/careless.jsonl", careful: folder + "/careful.jsonl")
        try Self.writeChats(pairs.map { ($0.question, $0.plain) }, to: files.careless)
        try Self.writeChats(pairs.map { ($0.question, $0.correct) }, to: files.careful)
        let device = try tour.machine().device
        return try await TrainingThread().run { [self] _ in
            let language = try LanguageModel(model, device: device)
            let layers = language.model.configuration.numHiddenLayers
            guard layers >= 2 else {
                throw InterpretabilityError.unsupported(
                    "The tour reads and steers between blocks, and \(model.base) has only one.")
            }
            report(0, "reads text")
            let (autoencoder, store, quality) = try learn(
                tour, language, corpus, layers, folder
            ) { report(0.85 * $0, $1) }
            report(0.85, "finds a direction")
            let path = folder + "/careless.gguf"
            let (positive, negative, groups) = try TraitDirection.passages(
                files.careless, files.careful, of: language)
            // A control vector has no place for block 0.
            let found = try TraitDirection(
                positive: positive, negative: negative, groups: groups, of: language,
                layers: Array(1..<layers), seed: tour.plan.seed)
            try found.controlVector(
                model: language.model.configuration.family.ggufName,
                facts: ["model": model.description, "trait": "careless advice"]
            ).write(to: path)
            let chosen = found.layers.first { $0.layer == found.chosen }
            return Outcome(
                autoencoder: folder + "/sae/sae", activations: store.folder, point: store.point,
                latents: autoencoder.latents, tokens: store.count, quality: quality,
                direction: path, layer: found.chosen, auroc: chosen?.test.auroc ?? 0.5)
        }
    }

    private func learn(
        _ tour: Tour, _ language: LanguageModel, _ corpus: String, _ layers: Int,
        _ folder: String, _ report: TourProgress
    ) throws -> (SparseAutoencoder, ActivationStore, SAEQuality) {
        let sizes = tour.plan.inside
        let layer = min(layers - 1, max(1, Int(sizes.depth * Double(layers))))
        var harvest = HarvestOptions(points: ["\(HookPoint.residPost(layer: layer))"])
        harvest.window = min(256, language.model.configuration.maxPositionEmbeddings)
        harvest.maxRows = sizes.tokens
        try Harvest(
            language, data: [corpus], options: harvest, folder: folder + "/activations"
        ).run { progress in
            report(
                0.6 * Double(progress.rows) / Double(sizes.tokens),
                "\(progress.rows) of \(sizes.tokens) tokens read")
        }
        let store = try ActivationStore(folder: folder + "/activations")
        var options = SAETrainingOptions()
        options.latents = sizes.latents
        options.k = min(sizes.k, sizes.latents)
        options.batchSize = sizes.batch
        options.passes = sizes.passes
        options.seed = tour.plan.seed
        let trainer = try SAETrainer(store, options: options, folder: folder + "/sae")
        let autoencoder = try trainer.run { progress in
            report(
                0.6 + 0.4 * Double(progress.step) / Double(progress.totalSteps),
                "autoencoder, step \(progress.step) of \(progress.totalSteps)")
        }
        return (
            autoencoder, store, try SAEQuality(autoencoder, on: store, rows: trainer.heldOut)
        )
    }

    /// All that the lab's split `train` says, mixed.
    private static func writeCorpus(_ data: LabData, seed: UInt64, to path: String) throws {
        var rows: [(String, String)] = []
        for row in data.advice where row.split == .train {
            rows += [(row.question, row.correct), (row.question, row.plain)]
        }
        for row in data.open where row.split == .train {
            rows += (row.kind + row.malign).map { (row.question, $0) }
        }
        for row in data.tasks where row.split == .train {
            rows += row.right.map { (row.question, $0) }
        }
        for row in data.neutral where row.split == .train {
            rows.append((row.question, row.answer))
        }
        var random = SeededGenerator(seed: seed)
        try writeChats(rows.shuffled(using: &random), to: path)
    }

    private static func writeChats(_ rows: [(String, String)], to path: String) throws {
        struct Row: Encodable { var messages: [Message] }
        try JSONLinesFile.write(to: path) { write in
            for (question, answer) in rows {
                try write(Row(messages: [.user(question), .assistant(answer)]))
            }
        }
    }
}
