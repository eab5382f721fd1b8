import ArgumentParser
import Foundation
import KeelEvaluation
import KeelLanguage

/// Maps a model as `keel eval` does; all maps of a tour are asked alike, so that they pair.
struct MapStage: TourStage {
    let part: TourPart
    let model: ModelReference

    struct Outcome: Codable, Sendable {
        /// The run's folder.
        var run: String
        var failures: Int
        /// Why the first of them failed.
        var reason: String?
    }

    func run(_ tour: Tour, _ report: @escaping TourProgress) async throws -> Outcome {
        let source = try await tour.source(model)
        let asked = tour.plan.map
        let mapping = Mapping(
            suite: try tour.suite(), model: source, quick: asked.isQuick, system: nil,
            samples: asked.samples,
            sampling: SamplingOptions(maxTokens: asked.maxTokens, seed: tour.plan.seed))
        let run = try mapping.run(in: URL(filePath: tour.path(part)))
        let chat = try await source.load()
        let outcome = try await mapping.collect(run, from: chat, CallOptions.parse([])) {
            report(
                Double($0.done) / Double(max(1, $0.total)),
                "\($0.done) of \($0.total), " + String(format: "%.0f tokens/s", $0.tokenRate))
        }
        return Outcome(
            run: tour.path(part), failures: outcome.failures.count,
            reason: outcome.failures.first?.reason)
    }
}
