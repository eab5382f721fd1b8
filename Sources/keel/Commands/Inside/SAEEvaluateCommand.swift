import ArgumentParser
import Foundation
import KeelInterpretability
import KeelModel
import KeelTraining

/// Measures one.
struct SAEEvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a sparse autoencoder on activations, and what a model loses through it.",
        discussion: """
            With --data, the model reads text with its activations replaced by their reconstructions: the loss is \
            given for the model as it is, through the autoencoder, and with the activations set to zero. Passages \
            that stand in the share of ACTIVATIONS before the measured one are passed over, so DATA may be what was \
            harvested; where nothing else is in it, the result says so.
            """)

    @Argument(help: "A folder in SAELens' layout.")
    var autoencoder: String

    @Option(help: "A folder of \"keel activations\".", completion: .directory)
    var activations: String

    @Option(help: "Which hook point, where the folder holds several.")
    var at: String?

    @Option(help: "Share of the tokens, the last ones, that is measured; 1 for all.")
    var heldOut = 0.02

    @Option(help: "JSON Lines of text or chats for the loss.", completion: .file())
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
        var isLossHeldOut: Bool?
    }

    func run() async throws {
        let device = try model.exactDevice()
        let reference = try model.reference
        let result = try await TrainingThread().run {
            [autoencoder, activations, at, heldOut, data, passages] _ in
            let (sae, metadata) = try SparseAutoencoder.read(autoencoder)
            let store = try ActivationStore(folder: activations, point: at)
            let held = max(1, Int(Double(store.count) * heldOut))
            var result = Result(
                quality: try SAEQuality(sae, on: store, rows: store.count - held..<store.count))
            guard let data else { return result }
            try metadata.checkIsOfOneModel()
            let language = try LanguageModel(reference, device: device)
            guard
                let point = HookPoint(
                    store.point, layers: language.model.configuration.numHiddenLayers)
            else {
                throw InterpretabilityError.unsupported(
                    "\(reference) has no hook point \(store.point).")
            }
            var reader = try PassageReader([data], for: language, window: store.window)
            let isUnseen = try UnseenPassages(store, before: store.count - held)
            var unseen: [Passage] = []
            var read: [Passage] = []
            while unseen.count < passages, let next = try reader.next() {
                if isUnseen(next) {
                    unseen.append(next)
                } else if read.count < passages {
                    read.append(next)
                }
            }
            let loss = try SplicedLoss(
                language, sae, at: point, on: unseen.isEmpty ? read : unseen,
                skip: store.skippedPositions)
            result.loss = loss
            result.recovered = loss.recovered
            result.isLossHeldOut = !unseen.isEmpty
            return result
        }
        if model.json { return try Terminal.printJSON(result) }
        try result.quality.show(json: false, where: autoencoder)
        if let loss = result.loss {
            print(
                String(
                    format: "cross-entropy %.4f, through the autoencoder %.4f, zeroed %.4f nats: "
                        + "%.2f %% recovered",
                    loss.clean, loss.spliced, loss.ablated, 100 * loss.recovered))
        }
        if result.isLossHeldOut == false {
            Terminal.note("Training has read this text: the losses are not held out.")
        }
    }
}
