import ArgumentParser
import Foundation
import KeelInterpretability
import KeelModel
import KeelTensor
import KeelTraining

/// What one makes of activations, as numbers for other programs.
struct SAEEncodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode", abstract: "Write latents and reconstructions of stored activations.",
        discussion: """
            OUT is a safetensors file: x [n, width], latents [n, latents], reconstruction [n, width], and tokens, \
            positions and passages [n], the last n rows of ACTIVATIONS.
            """)

    @Argument(help: "A folder in SAELens' layout.")
    var autoencoder: String

    @Option(help: "A folder of \"keel activations\".", completion: .directory)
    var activations: String

    @Option(help: "Which hook point, where the folder holds several.")
    var at: String?

    @Option(help: "The most tokens to write, the last ones; all of it is in memory.")
    var maxTokens = 1024

    @Option(help: "The safetensors file to write.")
    var out: String

    @OptionGroup var place: MachineOptions

    func validate() throws {
        guard (1...1 << 20).contains(maxTokens) else {
            throw ValidationError("--max-tokens must be from 1 to \(1 << 20).")
        }
    }

    func run() async throws {
        let output = try NewOutput(out).path
        _ = try place.machine()
        let rows = try await TrainingThread().run { [autoencoder, activations, at, maxTokens] _ in
            let (sae, _) = try SparseAutoencoder.read(autoencoder)
            let store = try ActivationStore(folder: activations, point: at)
            guard store.width == sae.width else {
                throw ValidationError(
                    "The autoencoder is for \(sae.width) numbers a token, the activations have "
                        + "\(store.width).")
            }
            let range = store.count - min(maxTokens, store.count)..<store.count
            let sources = try range.map { try store.source($0) }
            let (x, f, y) = try Engine.withoutGradients {
                let x = try store.rows(range)
                let (f, y) = try sae.pass(x)
                return (x, f, y)
            }
            try Safetensors.write(
                [
                    ("x", x), ("latents", f), ("reconstruction", y),
                    ("tokens", try Tensor(sources.map(\.token))),
                    ("positions", try Tensor(sources.map(\.position))),
                    ("passages", try Tensor(sources.map(\.passage))),
                ], metadata: ["point": store.point], to: output)
            return range.count
        }
        Terminal.note("Wrote \(out): \(rows) tokens.")
    }
}
