public import ArgumentParser
public import KeelCharacter
import KeelFormats
import KeelLanguage
import KeelTraining

/// How a constitution becomes rows.
struct CharacterDataOptions: ParsableArguments {
    @Option(help: "Who writes the messages (default: the model itself).", completion: .model)
    var writer: String?

    @Option(help: "Who ranks the answers (default: the model itself).", completion: .model)
    var ranker: String?

    @Option(
        help: """
            ranked: answers are ranked by the trait; prompted: chosen is answered with the constitution in the \
            prompt, rejected without; contrasted: chosen is answered behind the message's trait and its examples \
            answered well, rejected behind these answered badly; revised: chosen is what the model makes of rejected \
            after a critique of its own by a principle.
            """)
    var arm = CharacterConfig.Arm.ranked

    @Option(help: "Rank answers by the message's trait, or by a principle drawn for each pair.")
    var rankBy = CharacterConfig.Ranking.trait

    @Option(
        help: """
            letters: the ranker is asked which answer is better; likelihood: how much likelier the trait makes each \
            answer, beside its examples answered well against badly, for models too small to be asked.
            """)
    var reading = PairReading.letters

    @Option(help: "Messages of each trait, its own ones included.")
    var messages = 24

    @Option(help: "Messages written for each that is wanted.")
    var candidates = 3

    @Option(help: "The greatest share of a message's words that may stand in an earlier one.")
    var overlap = 0.5

    @Option(help: "Answers to each message; where sides are answered apart, so many of either.")
    var answers = 4

    @Option(help: "revised: how often an answer is revised, each time by a principle drawn anew.")
    var revisions = 1

    @Option(help: "How many times as many words the longer answer of a pair may have.")
    var lengthRatio = 1.5

    @Option(help: "The greatest probability that an answer may be chosen with, above 0.5.")
    var clamp = 1.0

    @Flag(help: "Leave pairs out whose two orders disagree.")
    var onlyAgreeing = false

    @Option(
        help: "JSON Lines with a prompt each, on which nothing is to change.", completion: .file())
    var unrelated: String?

    @Option(help: "The share of rows whose prompts are unrelated, where a file has them.")
    var unrelatedShare = 0.2

    @Option(help: "Divides the logits of answers; 0 is greedy.")
    var temperature = 1.0

    @Option(
        help: """
            A system message of all answers, chosen and rejected alike, such as how long they are to be; rows do not \
            have it.
            """)
    var manner: String?

    @Option(help: "The most tokens of an answer; one that reaches it is left out.")
    var maxTokens = 128

    /// All that decides the rows.
    func config(
        _ constitution: Constitution, writer: CharacterConfig.Part, model: CharacterConfig.Part,
        ranker: CharacterConfig.Part, unrelated: [String], seed: UInt64
    ) throws -> CharacterConfig {
        var config = CharacterConfig(
            constitution, writer: writer, model: model, ranker: ranker, unrelated: unrelated)
        config.arm = arm
        config.rankedBy = rankBy
        config.reading = reading
        config.messages = messages
        config.candidates = candidates
        config.greatestOverlap = overlap
        config.answers = answers
        config.revisions = revisions
        config.greatestLengthRatio = lengthRatio
        config.greatestProbability = clamp
        config.onlyAgreeing = onlyAgreeing
        config.unrelatedShare = unrelatedShare
        config.manner = manner
        config.sampling.temperature = temperature
        config.sampling.maxTokens = maxTokens
        config.seed = seed
        try config.validate()
        return config
    }

    /// What is asked beside the constitution's messages; none without a file.
    /// - Throws: `JSONLinesError` for a row that can't be read, or that is no single question.
    func unrelatedMessages() throws -> [String] {
        guard let unrelated else { return [] }
        var reader = try JSONLinesReader<KeelTraining.PromptRow>(path: unrelated)
        var texts: [String] = []
        while let row = try reader.next() {
            switch row.prompt {
            case .text(let text): texts.append(text)
            case .messages(let messages):
                guard messages.count == 1, let message = messages.first, message.role == .user
                else {
                    throw reader.error(
                        .invalidValue(
                            field: "messages",
                            reason: "an unrelated prompt is one message of the user's. Leave the "
                                + "other turns out."))
                }
                texts.append(message.content)
            }
        }
        return texts
    }
}

extension CharacterConfig.Arm: ExpressibleByArgument {}
extension CharacterConfig.Ranking: ExpressibleByArgument {}
extension Nudge: ExpressibleByArgument {}
extension PairReading: ExpressibleByArgument {}
