import ArgumentParser
import Foundation
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelReport
import KeelTokenizer
import KeelTraining

/// What latents mean.
struct SAEFeaturesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features",
        abstract: "Say what latents mean: what they promote, and where they are active.",
        discussion: """
            For each latent the tokens it promotes and suppresses, its strongest passages, and passages from each tenth \
            of its activations. With --describe, a model describes each latent from half of the passages, and the \
            description is scored on the others. --out writes a page; --text adds a heat map over a text of yours. Of \
            an autoencoder of the difference of two models (keel activations --minus), --top says what tuning changed \
            most.
            """)

    @Argument(help: "A folder in SAELens' layout.", completion: .directory)
    var autoencoder: String

    @Option(help: "A folder of \"keel activations\".", completion: .directory)
    var activations: String

    @Option(help: "A latent's number; may be given several times.")
    var latent: [Int] = []

    @Option(help: "Look at so many latents, those that are most active on average.")
    var top = 0

    @OptionGroup var model: ModelOptions
    @OptionGroup var calls: CallOptions

    @Option(help: "The most tokens of the activations to look at.")
    var maxTokens = 500_000

    @Option(
        help: "A model that describes latents: alias, file, folder or address.", completion: .model)
    var describe: String?

    @Option(help: "A text to draw each latent's activations over.")
    var text: String?

    @Option(help: "The HTML page to write.", completion: .file())
    var out: String?

    func validate() throws {
        guard !latent.isEmpty || top >= 1, top >= 0, maxTokens >= 1 else {
            throw ValidationError("At least one --latent, or --top 1, and one token are needed.")
        }
    }

    private struct Row: Encodable {
        var latent: Int
        var density: Double
        var promoted: [String]
        var suppressed: [String]
        var description: LatentDescription?
        var strongest: [String]
    }

    func run() async throws {
        let output = try out.map { try NewOutput($0).path }
        let device = try model.exactDevice()
        let machine = try model.machine()
        let reference = try model.reference
        let line = ProgressLine("features")
        let (latents, found, report) = try await untilInterrupted("Stopped; nothing was written.") {
            [autoencoder, activations, latent, top, text, maxTokens] in
            try await TrainingThread().run { _ in
                let (sae, metadata) = try SparseAutoencoder.read(autoencoder)
                let store = try ActivationStore(folder: activations, point: metadata.point)
                let language = try LanguageModel(reference, device: device)
                let rows = min(store.count, maxTokens)
                func show(_ done: Int) {
                    line.update(done: done, total: rows, rate: "tokens read", remaining: nil)
                }
                var latents = latent
                if top > 0 {
                    latents += try LatentActivity(
                        of: sae, on: store, rows: 0..<rows, onRows: show
                    ).strongest(top).filter { !latent.contains($0) }
                }
                let meanings = try LatentMeaning.of(
                    latents, in: sae, language: language, store: store, rows: rows, onRows: show)
                var report = LatentReport(
                    autoencoder: autoencoder, model: store.model, point: store.point,
                    tokens: rows, latents: [])
                if let text {
                    try metadata.checkIsOfOneModel()
                    report.texts = try LatentMeaning.over(
                        text, latents: latents, in: sae, point: metadata.point, language: language)
                }
                return (latents, meanings, report)
            }
        }
        line.finish()
        var meanings = found
        if let describe {
            let source = try await ModelSource(
                describe, on: machine, limits: try calls.limits())
            let describer = LatentDescriber(try await source.load(), seed: model.seed)
            for number in latents {
                func passages(_ all: [LatentMeaning.Passage]?) -> [LatentDescriber.Passage] {
                    (all ?? []).map { passage in
                        let high = passage.pieces.map(\.activation).max() ?? 0
                        return LatentDescriber.Passage(
                            text: passage.text,
                            marked: passage.pieces.filter { high > 0 && $0.activation > high / 2 }
                                .map(\.text))
                    }
                }
                let description = try await describer.describe(
                    active: passages(found[number]?.passages),
                    silent: passages(found[number]?.silent))
                meanings[number]?.description = description
            }
        }
        let ordered = latents.compactMap { number in meanings[number].map { (number, $0) } }
        if let output {
            var report = report
            report.latents = ordered.map { (latent: $0.0, meaning: $0.1) }
            try report.page().write(to: output)
            Terminal.note("The page is \(output).")
        }
        let rows = ordered.map { number, meaning in
            Row(
                latent: number, density: meaning.survey?.density ?? 0,
                promoted: meaning.lens.promoted.map(\.text),
                suppressed: meaning.lens.suppressed.map(\.text), description: meaning.description,
                strongest: meaning.passages.prefix(5).map(\.text))
        }
        if model.json { return try Terminal.printJSON(rows) }
        for row in rows {
            print("latent \(row.latent), active on \(String(format: "%.3f", 100 * row.density)) %")
            print("  promotes   \(row.promoted.map { "\"\($0)\"" }.joined(separator: " "))")
            print("  suppresses \(row.suppressed.map { "\"\($0)\"" }.joined(separator: " "))")
            if let description = row.description {
                let auroc =
                    description.detection.map { String(format: ", AUROC %.2f", $0.auroc) } ?? ""
                print("  described  \(description.text)\(auroc)")
            }
            for passage in row.strongest {
                print("  - \(passage.replacing("\n", with: "⏎"))")
            }
        }
    }
}
