import ArgumentParser
import Foundation
import KeelFormats
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelTensor
import KeelTraining

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

    @Option(help: "JSON Lines of chats that show the trait.", completion: .file())
    var positive: String?

    @Option(help: "JSON Lines of chats that don't.", completion: .file())
    var negative: String?

    @Option(
        help: "JSON Lines of {\"id\", \"domain\", \"prompt\"} (default: 36 open questions).",
        completion: .file())
    var questions: String?

    @Option(help: "Answers to each question under each system message.")
    var samples = 2

    @Option(help: "The most tokens of an answer.")
    var maxTokens = 64

    @Option(help: "The GGUF file to write.", completion: .file())
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
        let device = try model.exactDevice()
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
            [
                [
                    "layer", "difference", "AUROC (choice)", "AUROC (test)", "at the prompt's end",
                    "effect (test)", "",
                ]
            ]
                + result.layers.map { layer in
                    [
                        "\(layer.layer)", String(format: "%.3f", layer.difference),
                        String(format: "%.3f", layer.choice.auroc),
                        String(format: "%.3f", layer.test.auroc),
                        String(format: "%.3f", layer.prompt.auroc),
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
