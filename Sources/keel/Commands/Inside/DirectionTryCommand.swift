import ArgumentParser
import Foundation
import KeelEvaluation
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelTraining

/// What steering along a direction does.
struct DirectionTryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "try",
        abstract:
            "Answer questions at several strengths of a direction, and count incoherent answers.",
        discussion: """
            An answer is incoherent that surprises the unsteered model more than each of its usual answers to the same \
            questions, or repeats itself more. Strength 0 shows how many are by chance.
            """)

    @Argument(help: "A control vector (GGUF).", completion: .file())
    var file: String

    @Option(help: "A block, or a range as 10-14 (default: what the file was made for).")
    var layer: String?

    @Option(help: "A strength; may be given several times (default: -0.4, -0.2, 0.2, 0.4).")
    var strength: [Double] = []

    @OptionGroup var model: ModelOptions

    @Option(
        help: "JSON Lines of {\"id\", \"domain\", \"prompt\"} (default: 36 open questions).",
        completion: .file())
    var questions: String?

    @Option(help: "Answers to each question.")
    var samples = 1

    @Option(help: "The most tokens of an answer.")
    var maxTokens = 64

    @Option(help: "A phrase of the behaviour that is looked for; may be given several times.")
    var lookFor: [String] = []

    func validate() throws {
        guard samples >= 1, maxTokens >= 1, strength.allSatisfy(\.isFinite) else {
            throw ValidationError("--samples and --max-tokens must be at least 1.")
        }
    }

    func run() async throws {
        let device = try model.exactDevice()
        let reference = try model.reference
        let steering = try SteeringRequest("\(file):1" + (layer.map { "@\($0)" } ?? "")).load()
        let questions = try questions.map { try OpenQuestion.read($0) } ?? OpenQuestion.shipped()
        let phrases = lookFor.map { Phrase($0) }
        let strengths = strength.isEmpty ? [-0.4, -0.2, 0.2, 0.4] : strength
        let options = SamplingOptions(
            temperature: 1, maxTokens: maxTokens, seed: model.seed)
        let line = ProgressLine("try")
        let result = try await untilInterrupted("Stopped.") { [samples] in
            try await TrainingThread().run { _ in
                try DoseResponse(
                    LanguageModel(reference, device: device), along: steering,
                    strengths: strengths, questions: questions, samples: samples,
                    options: options,
                    detector: phrases.isEmpty ? nil : { !phrases.matches(in: $0).isEmpty }
                ) {
                    line.update(
                        done: $0, total: strengths.count + 1, rate: "strengths", remaining: nil)
                }
            }
        }
        line.finish()
        if model.json { return try Terminal.printJSON(result) }
        Terminal.printTable(
            [["strength", "incoherent", "shown", "the first answer"]]
                + result.doses.map { dose in
                    [
                        String(format: "%+.2f", dose.strength),
                        dose.incoherentInterval.map(Self.text)
                            ?? String(format: "%.1f %%", 100 * dose.incoherent),
                        dose.shown.map(Self.text) ?? "-",
                        String(dose.example.replacing("\n", with: " ").prefix(60)),
                    ]
                })
    }

    private static func text(_ share: MeasuredValue) -> String {
        String(
            format: "%.1f %% (%.1f to %.1f)", 100 * share.value, 100 * share.low, 100 * share.high)
    }
}
