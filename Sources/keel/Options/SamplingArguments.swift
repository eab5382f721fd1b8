import ArgumentParser
import KeelLanguage

/// How answers are drawn.
struct SamplingArguments: ParsableArguments {
    @Option(help: "Divides the logits; 0 is greedy.")
    var temperature = 1.0

    @Option(help: "Keep the k most probable tokens.")
    var topK: Int?

    @Option(help: "Keep the most probable tokens that add up to this.")
    var topP = 1.0

    @Option(help: "Keep tokens at least this fraction as probable as the most probable one.")
    var minP = 0.0

    @Option(help: "Makes tokens seen before less probable; 1 is off.")
    var repetitionPenalty = 1.0

    @Option(help: "The most tokens of an answer. (default: 256; in a map 128)")
    var maxTokens: Int?

    @Option(help: "A text that ends an answer; may be given several times.")
    var stop: [String] = []

    @Option(help: "A system message. It replaces that of a row, and comes before that of a probe.")
    var system: String?

    // The limit is that of the command, where none is asked for.
    func options(seed: UInt64, maxTokens limit: Int = 256) throws -> SamplingOptions {
        let options = SamplingOptions(
            temperature: temperature, topK: topK, topP: topP, minP: minP,
            repetitionPenalty: repetitionPenalty,
            maxTokens: maxTokens ?? limit, stop: stop, seed: seed)
        try options.validate()
        return options
    }
}
