public import ArgumentParser
import Foundation
public import KeelInterpretability
import KeelModel
import KeelTensor
import KeelTraining

/// Sparse autoencoders.
struct SAECommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sae",
        abstract: "Train sparse autoencoders, measure them, and look at their latents.",
        discussion: """
            An autoencoder is a folder that SAELens reads and writes (cfg.json, sae_weights.safetensors).
            """,
        subcommands: [SAETrainCommand.self, SAEEvaluateCommand.self, SAEFeaturesCommand.self])
}

/// Trains one.
struct SAETrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Train a sparse autoencoder on stored activations.",
        discussion: """
            OUT/sae is the result, OUT/metrics.jsonl the way there. Stopped or killed, the same command goes on from \
            the last checkpoint, bit for bit.
            """)

    @Option(help: "A folder of \"keel activations\".")
    var activations: String

    @Option(help: "Which hook point, where the folder holds several.")
    var at: String?

    @Option(help: "The run's folder.")
    var out: String

    @Option(help: "topk, batchtopk, jumprelu or standard.")
    var architecture = SAETrainingOptions.Architecture.batchTopK

    @Option(help: "Number of latents.")
    var latents = 4096

    @Option(help: "Active latents of a token: of topk always, of batchtopk on average.")
    var k = 64

    @Option(help: "Weight of the count (jumprelu) or the sum (standard) of active latents.")
    var sparsity = 5.0

    @Option(help: "Tokens of a step.")
    var batchSize = 2048

    @Option(help: "Passes over the activations.")
    var passes = 1.0

    @Option(help: "The highest learning rate (default: 2e-4, times the root of 16384 / latents).")
    var learningRate: Double?

    @Option(help: "Tokens after which a latent that none activated is dead (default: one pass).")
    var deadAfter: Int?

    @Option(help: "Share of the tokens, the last ones, that is only measured.")
    var heldOut = 0.02

    @Option(help: "Seed of all that is drawn.")
    var seed: UInt64 = 0

    @Option(help: "Steps between two checkpoints.")
    var saveEvery = 200

    @Option(help: "CPU threads of one operation (default: one a core).")
    var threads: Int?

    @Flag(help: "Print results as JSON.")
    var json = false

    func run() async throws {
        if let threads { try Engine.setThreads(threads) }
        var options = SAETrainingOptions()
        options.architecture = architecture
        options.latents = latents
        options.k = k
        options.sparsity = sparsity
        options.batchSize = batchSize
        options.passes = passes
        options.learningRate = learningRate
        options.deadAfter = deadAfter
        options.heldOut = heldOut
        options.seed = seed
        options.saveEvery = saveEvery
        let line = ProgressLine("sae")
        let quality = try await untilInterrupted(
            "Stopped. \(out) holds a checkpoint; the same command goes on from it."
        ) { [options, activations, at, out] in
            try await TrainingThread().run { _ in
                let store = try ActivationStore(folder: activations, point: at)
                let trainer = try SAETrainer(store, options: options, folder: out)
                let autoencoder = try trainer.run { progress in
                    let metrics = progress.metrics
                    let rate = metrics["tokens_per_second"] ?? 1
                    let left = Double((progress.totalSteps - progress.step) * options.batchSize)
                    line.update(
                        done: progress.step, total: progress.totalSteps,
                        rate: String(
                            format: "explained %.3f, L0 %.1f, dead %.1f %%, %.0f tokens/s",
                            metrics["explained_variance"] ?? 0, metrics["l0"] ?? 0,
                            100 * (metrics["dead"] ?? 0), rate),
                        remaining: .seconds(left / rate))
                }
                return try SAEQuality(autoencoder, on: store, rows: trainer.heldOut)
            }
        }
        line.finish()
        try quality.show(json: json, where: "\(out)/sae")
    }
}

/// Measures one.
struct SAEEvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a sparse autoencoder on activations, and what a model loses through it.",
        discussion: """
            With --data, the model reads text with its activations replaced by their reconstructions: the loss is \
            given for the model as it is, through the autoencoder, and with the activations set to zero.
            """)

    @Argument(help: "A folder in SAELens' layout.")
    var autoencoder: String

    @Option(help: "A folder of \"keel activations\".")
    var activations: String

    @Option(help: "Which hook point, where the folder holds several.")
    var at: String?

    @Option(help: "Share of the tokens, the last ones, that is measured; 1 for all.")
    var heldOut = 0.02

    @Option(help: "JSON Lines of text or chats for the loss.")
    var data: String?

    @Option(help: "Passages for the loss.")
    var passages = 32

    @OptionGroup var model: ModelOptions

    func validate() throws {
        guard heldOut > 0, heldOut <= 1, passages >= 1 else {
            throw ValidationError(
                "--held-out must be above 0 and at most 1, --passages at least 1.")
        }
    }

    private struct Result: Encodable, Sendable {
        var quality: SAEQuality
        var loss: SplicedLoss?
        var recovered: Double?
    }

    func run() async throws {
        let device = try model.exactDevice()
        let reference = try model.reference
        let result = try await TrainingThread().run {
            [autoencoder, activations, at, heldOut, data, passages] _ in
            let (sae, _) = try SparseAutoencoder.read(autoencoder)
            let store = try ActivationStore(folder: activations, point: at)
            let held = max(1, Int(Double(store.count) * heldOut))
            var result = Result(
                quality: try SAEQuality(sae, on: store, rows: store.count - held..<store.count))
            guard let data else { return result }
            let language = try LanguageModel(reference, device: device)
            guard
                let point = HookPoint(
                    store.point, layers: language.model.configuration.numHiddenLayers)
            else {
                throw InterpretabilityError.unsupported(
                    "\(reference) has no hook point \(store.point).")
            }
            var reader = try PassageReader([data], for: language, window: store.window)
            var texts: [Passage] = []
            while texts.count < passages, let next = try reader.next() { texts.append(next) }
            let loss = try SplicedLoss(language, sae, at: point, on: texts, skip: 1)
            result.loss = loss
            result.recovered = loss.recovered
            return result
        }
        if model.json { return try Terminal.printJSON(result) }
        try result.quality.show(json: false, where: autoencoder)
        if let loss = result.loss {
            print(
                String(
                    format:
                        "cross-entropy %.4f, through the autoencoder %.4f, zeroed %.4f nats: %.2f %% recovered",
                    loss.clean, loss.spliced, loss.ablated, 100 * loss.recovered))
        }
    }
}

extension SAETrainingOptions.Architecture: ExpressibleByArgument {}

extension SAEQuality {
    /// Prints what was measured.
    func show(json: Bool, where place: String) throws {
        if json { return try Terminal.printJSON(self) }
        print(
            String(
                format:
                    "%@: on %d tokens explained variance %.4f, L0 %.1f, dead %.2f %%, cosine %.4f",
                place, rows, explainedVariance, l0, 100 * dead, cosine))
    }
}
