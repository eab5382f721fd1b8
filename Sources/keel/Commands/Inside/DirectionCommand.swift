import ArgumentParser
import Foundation
import KeelFormats
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelTensor
import KeelTraining

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

/// The direction of a trait.
struct DirectionFindCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find",
        abstract: "Find where answers with a trait differ from answers without.",
        discussion: """
            With --trait, or with --positive-system and --negative-system, the model answers open questions under both \
            system messages. Or give answers: rows of --positive and --negative are chats; rows of equal line are one \
            question. Directions are found on half of the questions, the layer is chosen on a quarter, and what is \
            printed is measured on the last quarter.
            """)

    @OptionGroup var model: ModelOptions

    @Option(help: "The trait as a verb phrase, as: answers with dry sarcasm.")
    var trait: String?

    @Option(help: "The system message under which answers show the trait.")
    var positiveSystem: String?

    @Option(help: "The system message under which they don't.")
    var negativeSystem: String?

    @Option(help: "JSON Lines of chats that show the trait.")
    var positive: String?

    @Option(help: "JSON Lines of chats that don't.")
    var negative: String?

    @Option(help: "JSON Lines of {\"id\", \"domain\", \"prompt\"} (default: 36 open questions).")
    var questions: String?

    @Option(help: "Answers to each question under each system message.")
    var samples = 2

    @Option(help: "The most tokens of an answer.")
    var maxTokens = 64

    @Option(help: "The GGUF file to write.")
    var out: String

    func validate() throws {
        let given = [
            trait != nil, positiveSystem != nil || negativeSystem != nil,
            positive != nil || negative != nil,
        ]
        guard given.count(where: { $0 }) == 1, (positiveSystem == nil) == (negativeSystem == nil),
            (positive == nil) == (negative == nil)
        else {
            throw ValidationError(
                "Give --trait, or --positive-system and --negative-system, or --positive and --negative."
            )
        }
        guard samples >= 1, maxTokens >= 1 else {
            throw ValidationError("--samples and --max-tokens must be at least 1.")
        }
    }

    private struct Result: Encodable, Sendable {
        var chosen: Int
        var layers: [TraitDirection.Layer]
    }

    func run() async throws {
        let output = try NewOutput(out).path
        let device = try model.machine().device
        let reference = try model.reference
        let options = SamplingOptions(
            temperature: 1, maxTokens: maxTokens, seed: model.seed)
        let line = ProgressLine("direction")
        let result = try await untilInterrupted("Stopped; nothing was written.") {
            try await TrainingThread().run { _ in
                let language = try LanguageModel(reference, device: device)
                let (positive, negative, groups) = try contrast(language, options)
                let direction = try TraitDirection(
                    positive: positive, negative: negative, groups: groups, of: language,
                    layers: Array(0..<language.model.configuration.numHiddenLayers),
                    seed: options.seed
                ) {
                    line.update(
                        done: $0, total: groups.count, rate: "answers read", remaining: nil)
                }
                var facts = ["model": reference.description]
                facts["trait"] = trait ?? positiveSystem
                let architecture = language.model.configuration.family.ggufName
                try direction.controlVector(model: architecture, facts: facts).write(to: output)
                return Result(chosen: direction.chosen, layers: direction.layers)
            }
        }
        line.finish()
        if model.json { return try Terminal.printJSON(result) }
        Terminal.printTable(
            [["layer", "difference", "AUROC (choice)", "AUROC (test)", "effect (test)", ""]]
                + result.layers.map { layer in
                    [
                        "\(layer.layer)", String(format: "%.3f", layer.difference),
                        String(format: "%.3f", layer.choice.auroc),
                        String(format: "%.3f", layer.test.auroc),
                        layer.test.effect.map { String(format: "%.2f", $0) } ?? "-",
                        layer.layer == result.chosen ? "chosen" : "",
                    ]
                })
        print("Wrote \(out).")
    }

    /// Answers of both kinds, and the question of each.
    private func contrast(_ language: LanguageModel, _ options: SamplingOptions) throws -> (
        positive: [Passage], negative: [Passage], groups: [Int]
    ) {
        if let positive, let negative {
            return try TraitDirection.passages(positive, negative, of: language)
        }
        let questions = try questions.map { try OpenQuestion.read($0) } ?? OpenQuestion.shipped()
        let systems =
            trait.map {
                [
                    "You are somebody who \($0). Show it clearly in every answer.",
                    "You are the opposite of somebody who \($0). Never do that in any answer.",
                ]
            } ?? [positiveSystem ?? "", negativeSystem ?? ""]
        var sides: [[Passage]] = []
        for system in systems {
            let prompts = try questions.map {
                try language.encode($0.messages.withSystem(system))
            }
            let drawn = try language.sample(prompts, samples: 0..<samples, options: options)
            sides.append(
                zip(prompts, drawn).flatMap { prompt, completions in
                    completions.map {
                        Passage(tokens: prompt + $0.tokens, answerStart: prompt.count)
                    }
                })
        }
        let groups = questions.indices.flatMap { Array(repeating: $0, count: samples) }
        return (sides[0], sides[1], groups + groups)
    }
}

/// The direction of a latent.
struct DirectionLatentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latent",
        abstract: "Write the direction of a sparse autoencoder's latent as a control vector.")

    @Argument(help: "A folder in SAELens' layout.")
    var autoencoder: String

    @Argument(help: "The latent's number.")
    var latent: Int

    @Option(help: "A folder of \"keel activations\", whose median length is the unit.")
    var activations: String

    @Option(help: "The GGUF file to write.")
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
    /// - Throws: `ValidationError` for an autoencoder of another place, or a latent that is not there;
    ///   errors of the file.
    func writeDirection(
        of latent: Int, _ metadata: SAEMetadata, length: Double, to path: String
    ) throws -> Int {
        guard case .residPost(let layer)? = HookPoint(metadata.point, layers: 1 << 12) else {
            throw ValidationError("The autoencoder reads \(metadata.point), not a block's output.")
        }
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

extension TraitDirection {
    /// Answers of two files of chats; rows of equal line are one question.
    /// - Throws: What reading the rows throws.
    static func passages(
        _ positive: String, _ negative: String, of language: LanguageModel
    ) throws -> (positive: [Passage], negative: [Passage], groups: [Int]) {
        let window = language.model.configuration.maxPositionEmbeddings
        let files = try [positive, negative].map { path in
            var reader = try PassageReader([path], for: language, window: window)
            var all: [Passage] = []
            while let passage = try reader.next() { all.append(passage) }
            return all
        }
        return (files[0], files[1], files.flatMap { $0.map(\.line) })
    }
}

/// What a file holds.
struct DirectionInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Say what a control vector holds.")

    @Argument(help: "A GGUF file.")
    var file: String

    func run() throws {
        let vector = try ControlVectorFile(path: file)
        print("model \(vector.model.isEmpty ? "not said" : vector.model)")
        for (name, value) in vector.facts.sorted(by: { $0.key < $1.key }) {
            print("\(name) \(value)")
        }
        Terminal.printTable(
            [["layer", "length"]]
                + vector.directions.sorted { $0.key < $1.key }.map { block, direction in
                    let length = direction.reduce(0) { $0 + Double($1) * Double($1) }
                    return ["\(block)", String(format: "%.3f", length.squareRoot())]
                })
    }
}
