import ArgumentParser
import Foundation
import KeelFormats
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelTensor
import KeelTraining

/// The direction of a latent.
struct DirectionLatentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latent",
        abstract: "Write the direction of a sparse autoencoder's latent as a control vector.")

    @Argument(help: "A folder in SAELens' layout.")
    var autoencoder: String

    @Argument(help: "The latent's number.")
    var latent: Int

    @Option(
        help: "A folder of \"keel activations\", whose median length is the unit.",
        completion: .directory)
    var activations: String

    @Option(help: "The GGUF file to write.", completion: .file())
    var out: String

    func run() async throws {
        let output = try NewOutput(out).path
        let (sae, metadata) = try SparseAutoencoder.read(autoencoder)
        let layer = try sae.writeDirection(
            of: latent, metadata,
            length: ActivationStore(folder: activations, point: metadata.point).medianLength(),
            to: output)
        Terminal.note("Wrote \(out): latent \(latent), layer \(layer).")
    }
}

extension SparseAutoencoder {
    /// Writes the direction of a latent as a control vector, whose strength 1 is `length`.
    /// - Returns: The layer that it is for.
    /// - Throws: `ValidationError` for a latent that is not there; `InterpretabilityError` for an
    ///   autoencoder of another place; errors of the file.
    func writeDirection(
        of latent: Int, _ metadata: SAEMetadata, length: Double, to path: String
    ) throws -> Int {
        let layer = try metadata.block()
        guard (0..<latents).contains(latent) else {
            throw ValidationError("Latents are numbered from 0 to \(latents - 1).")
        }
        // An autoencoder may be of a model that is not here; then nothing is said of its architecture.
        let base = (try? ModelReference(named: metadata.model))?.base ?? metadata.model
        let architecture = try? LanguageModel.configuration(of: base).family.ggufName
        try ControlVectorFile(
            model: architecture ?? "",
            directions: [layer: try direction(latent).map { $0 * Float(length) }],
            facts: [
                "control.site": "resid_post", "control.unit": "median residual length",
                "control.layer": "\(layer)", "latent": "\(latent)", "model": metadata.model,
            ]
        ).write(to: path)
        return layer
    }
}
