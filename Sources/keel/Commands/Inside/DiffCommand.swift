import ArgumentParser
import Foundation
import KeelEvaluation
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelReport
import KeelTraining

/// What tuning changed inside a model.
struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say what tuning changed inside a model.",
        discussion: """
            Both models answer open questions; the latents of a sparse autoencoder of the base model are ranked by how \
            much their mean activation changed, in both directions. The ends of the ranking, the mean difference of the \
            streams and a random direction are tried by steering, with the share of incoherent answers beside each \
            result. OUT/report.html shows it, OUT/diff.json holds all numbers. Stopped, the same command goes on.
            """)

    @Argument(help: "The model before: alias, GGUF file or folder, adapters after plus signs.")
    var base: String

    @Argument(help: "The model after.")
    var tuned: String

    @Option(help: "A sparse autoencoder of the base model: a folder in SAELens' layout.")
    var sae: String

    @Option(help: "A folder of \"keel activations\" of the base model, for passages in the report.")
    var activations: String?

    @Option(help: "The run's folder.")
    var out: String

    @Option(help: "JSON Lines of {\"id\", \"domain\", \"prompt\"} (default: 36 open questions).")
    var questions: String?

    @Option(help: "Answers of each model to each question.")
    var samples = 2

    @Option(help: "The most tokens of an answer.")
    var maxTokens = 64

    @Option(help: "Latents of each end of the ranking that are tried by steering.")
    var screen = 3

    @Option(
        help: """
            A strength to try, in median lengths of the stream; may be given several times (default: 0.2, 0.4, 0.8).
            """)
    var strength: [Double] = []

    @Option(help: "Share of incoherent answers up to which steering counts.")
    var incoherence = 0.1

    @Option(help: "A phrase of the behaviour that is looked for; may be given several times.")
    var lookFor: [String] = []

    @Option(help: "Where to compute: cpu, cuda, cuda:1, mps, auto.")
    var device = "cpu"

    @Option(help: "CPU threads of one operation (default: one a core).")
    var threads: Int?

    @Option(help: "Seed of all that is drawn.")
    var seed: UInt64 = 0

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() async throws {
        var options = DiffOptions()
        options.samples = samples
        options.sampling.maxTokens = maxTokens
        options.sampling.seed = seed
        options.screened = screen
        if !strength.isEmpty { options.strengths = strength }
        options.incoherenceLimit = incoherence
        let place = try Machine(device: device, threads: threads).device
        let references = try [base, tuned].map { try ModelReference(named: $0) }
        let questions =
            try self.questions.map { try OpenQuestion.read($0) } ?? OpenQuestion.shipped()
        let phrases = lookFor.map { Phrase($0) }
        let lookedFor = lookFor.joined(separator: ", ")
        let line = ProgressLine("diff")
        let (result, meanings) = try await untilInterrupted(
            "Stopped. The same command goes on where \(out) stands."
        ) { [options, sae, out, activations] in
            try await TrainingThread().run { _ in
                let (autoencoder, metadata) = try SparseAutoencoder.read(sae)
                let base = try LanguageModel(references[0], device: place)
                let tuned = try LanguageModel(references[1], device: place)
                let diff = try ModelDiff(
                    base: base, tuned: tuned, autoencoder: autoencoder, point: metadata.point,
                    questions: questions, options: options, folder: out,
                    detector: phrases.isEmpty
                        ? nil
                        : ModelDiff.Detector(lookedFor) { !phrases.matches(in: $0).isEmpty })
                let result = try diff.run { what, done, total in
                    line.update(done: done, total: total, rate: what, remaining: nil)
                }
                let shown = result.latents.prefix(10) + result.latents.suffix(10)
                let meanings = try LatentMeaning.of(
                    shown.map(\.latent), in: autoencoder, language: base,
                    store: activations.map {
                        try ActivationStore(folder: $0, point: metadata.point)
                    })
                return (result, meanings)
            }
        }
        line.finish()
        try DiffReport(result, meanings: meanings, options: options, lookFor: lookFor)
            .page().write(to: out + "/report.html")
        if json { return try Terminal.printJSON(result) }
        let ends = result.latents.prefix(10) + result.latents.suffix(10)
        Terminal.printTable(
            [["rank", "latent", "change", "same text", "attribution", "promotes"]]
                + ends.map { change in
                    [
                        "\(change.rank)", "\(change.latent)",
                        String(format: "%+.4f", change.change),
                        String(format: "%+.4f", change.onSameText),
                        String(format: "%+.5f", change.attribution),
                        meanings[change.latent]?.lens.promoted.prefix(5).map(\.text)
                            .joined(separator: " ") ?? "",
                    ]
                })
        print("The report is \(out)/report.html.")
    }
}
