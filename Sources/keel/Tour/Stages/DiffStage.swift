import Foundation
import KeelInterpretability
import KeelLab
import KeelLanguage
import KeelModel
import KeelReport
import KeelTraining

/// Says what bad advice changed inside (`keel diff`), and what the features at the ends stand for.
struct DiffStage: TourStage {
    let part = TourPart.diff
    let base: ModelReference
    let tuned: ModelReference
    let inside: InsideStage.Outcome

    struct Outcome: Codable, Sendable {
        /// Length of the mean difference of the streams, in median lengths.
        var difference: Double
        var questions: Int
        var features: [Feature]
        /// The rising feature whose turning down took the tuned model furthest back; nil where none
        /// rose.
        var chosen: Choice?
    }

    struct Feature: Codable, Sendable {
        var latent: Int
        var rank: Int
        var change: Double
        var low: Double?
        var high: Double?
        var promotes: [String]
        /// Where it is most active in the text that the autoencoder learnt from.
        var passages: [String]
    }

    struct Choice: Codable, Sendable {
        var latent: Int
        /// In median lengths of the stream, above 0.
        var strength: Double
        /// Change of likeness to the tuned model, in nats per token; nil where no dose that was tried
        /// left answers coherent.
        var likeness: Double?
        /// Share of incoherent answers at that strength.
        var incoherent: Double?
    }

    func run(_ tour: Tour, _ report: @escaping TourProgress) async throws -> Outcome {
        let sizes = tour.plan.diff
        var options = DiffOptions()
        options.samples = sizes.samples
        options.sampling.maxTokens = sizes.maxTokens
        options.sampling.seed = tour.plan.seed
        options.screened = sizes.screened
        options.strengths = sizes.strengths
        let questions = try Self.questions(sizes.questions)
        let device = try tour.machine().device
        let folder = tour.path(part)
        return try await TrainingThread().run { [self, options] _ in
            let (autoencoder, metadata) = try SparseAutoencoder.read(inside.autoencoder)
            let before = try LanguageModel(base, device: device)
            let after = try LanguageModel(tuned, device: device)
            let diff = try ModelDiff(
                base: before, tuned: after, autoencoder: autoencoder, point: metadata.point,
                questions: questions, options: options, folder: folder,
                detector: ModelDiff.Detector("careless or malign words") {
                    !AnswerRules.marks($0).isEmpty
                })
            let result = try diff.run { what, done, total in
                report(0.9 * Double(done) / Double(max(1, total)), what)
            }
            report(0.9, "names features")
            let ends = result.latents.prefix(4) + result.latents.dropFirst(4).suffix(4)
            let meanings = try LatentMeaning.of(
                ends.map(\.latent), in: autoencoder, language: before,
                store: ActivationStore(folder: inside.activations, point: metadata.point),
                rows: 20_000)
            try DiffReport(result, meanings: meanings, options: options, lookFor: [])
                .page().write(to: folder + "/report.html")
            return Outcome(
                difference: result.difference, questions: result.questions,
                features: ends.map { Self.feature($0, meanings[$0.latent]) },
                chosen: Self.choice(result, options))
        }
    }

    /// The first so many questions of each domain.
    private static func questions(_ count: Int) throws -> [OpenQuestion] {
        let all = try OpenQuestion.shipped()
        let domains = all.map(\.domain).reduce(into: [String]()) { list, domain in
            if !list.contains(domain) { list.append(domain) }
        }
        return domains.flatMap { domain in all.filter { $0.domain == domain }.prefix(count) }
    }

    private static func feature(_ change: LatentChange, _ meaning: LatentMeaning?) -> Feature {
        Feature(
            latent: change.latent, rank: change.rank, change: change.change,
            low: change.interval?.low, high: change.interval?.high,
            promotes: meaning?.lens.promoted.prefix(6).map(\.text) ?? [],
            passages: meaning?.passages.prefix(2).map(\.text) ?? [])
    }

    /// Chosen by the screen on open questions; what it does is measured on others.
    private static func choice(_ result: DiffResult, _ options: DiffOptions) -> Choice? {
        let rising = result.latents.prefix(options.screened).filter { $0.change > 0 }
        let tried = rising.map { change -> Choice in
            let curve = result.curves.first {
                $0.latent == change.latent && $0.steersTuned && $0.name.hasSuffix("up")
            }
            let best = curve?.strongest(limit: options.incoherenceLimit)
            return Choice(
                latent: change.latent,
                strength: abs(best?.dose.strength ?? options.strengths.min() ?? 0.1),
                likeness: best?.change, incoherent: best?.dose.incoherent)
        }
        return tried.min { $0.likeness ?? 0 < $1.likeness ?? 0 }
    }
}
