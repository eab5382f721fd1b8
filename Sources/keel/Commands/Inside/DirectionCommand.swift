import ArgumentParser

/// Directions in the residual stream.
struct DirectionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "direction",
        abstract:
            "Find the direction of a trait, try it, take that of a latent, or look into a file of them.",
        discussion: """
            Directions are control vectors (GGUF), for --steer, keel data screen, and llama.cpp's --control-vector. \
            Their length is the median length of the residual stream, so strength 1 is as strong as the stream itself.
            """,
        subcommands: [
            DirectionFindCommand.self, DirectionTryCommand.self, DirectionLatentCommand.self,
            DirectionInfoCommand.self,
        ])
}
