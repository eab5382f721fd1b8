import ArgumentParser

/// Sparse autoencoders.
struct SAECommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sae",
        abstract: "Train sparse autoencoders, measure them, and look at their latents.",
        discussion: """
            An autoencoder is a folder that SAELens reads and writes (cfg.json, sae_weights.safetensors).
            """,
        subcommands: [
            SAETrainCommand.self, SAEEvaluateCommand.self, SAEFeaturesCommand.self,
            SAEEncodeCommand.self,
        ])
}
