import Foundation
import KeelCharacter
import KeelLanguage
import KeelTraining

/// Makes rows of a constitution, as `keel character data` does, and trains on them by preference.
///
/// Where answers are ranked, it is by how much likelier a trait makes them, since small models cannot be
/// asked. A model that gives too few rows is gone on with as it is, and the page says so.
struct ShapeStage: TourStage {
    let part = TourPart.shape

    struct Outcome: Codable, Sendable {
        var constitution: String
        var rows: Int
        /// How many pairs of answers made no row, and why.
        var dropped: [String: Int]
        /// Why there is no row at all.
        var reason: String?
        var examples: [Example]
        var steps: Int
        /// Nil where there was too little to train on.
        var adapter: String?

        var adapters: [String] { adapter.map { [$0] } ?? [] }
    }

    struct Example: Codable, Sendable {
        var trait: String
        var asked: String
        var chosen: String
        var rejected: String
    }

    func run(_ tour: Tour, _ report: @escaping TourProgress) async throws -> Outcome {
        let sizes = tour.plan.shape
        let constitution = try Constitution.named(sizes.constitution)
        let folder = tour.path(part) + "/data"
        let (records, dropped, reason) = try await rows(tour, constitution, folder) {
            report(0.75 * $0, $1)
        }
        var outcome = Outcome(
            constitution: "\(constitution.name), version \(constitution.version)",
            rows: records.count, dropped: dropped, reason: reason,
            examples: records.prefix(3).map { record in
                func text(_ turns: [Message]) -> String { turns.last?.content ?? "" }
                return Example(
                    trait: record.principle ?? "", asked: text(record.prompt),
                    chosen: text(record.chosen), rejected: text(record.rejected))
            }, steps: 0, adapter: nil)
        guard records.count >= sizes.fewestRows else { return outcome }
        var options = PreferenceObjective.Options()
        // Keeps chosen answers probable in so few steps.
        options.likelihoodWeight = 0.1
        let out = tour.path(part) + "/train"
        var job = try tour.job(
            .preference(options), of: tour.model, data: folder + "/rows.jsonl", out: out,
            steps: sizes.steps, rate: sizes.rate)
        job.settings.options.batchSize = 4
        // What the model says is asked by the map that follows.
        job.settings.sampleEvery = 0
        let progress = try await job.run { step in
            report(
                0.75 + 0.25 * Double(step.step) / Double(max(1, step.totalSteps)),
                "step \(step.step) of \(step.totalSteps)")
        }
        outcome.steps = progress.step
        outcome.adapter = out + "/adapter"
        return outcome
    }

    private func rows(
        _ tour: Tour, _ constitution: Constitution, _ folder: String,
        _ report: @escaping TourProgress
    ) async throws -> (records: [PreferenceRecord], dropped: [String: Int], reason: String?) {
        let sizes = tour.plan.shape
        let source = try await tour.source(tour.model)
        var config = CharacterConfig(
            constitution, writer: source.part, model: source.part, ranker: source.part)
        config.arm = sizes.arm
        config.reading = .likelihood
        config.messages = sizes.messages
        config.candidates = 2
        config.answers = sizes.answers
        config.unrelatedShare = 0
        config.sampling.maxTokens = sizes.maxTokens
        config.seed = tour.plan.seed
        let job = try CharacterJob(
            folder: URL(filePath: folder), constitution, config, isEvaluation: tour.isEvaluation)
        let chat = try await source.load()
        let steps = ["messages", "answers", "rankings", "revisions"]
        let failures = try await job.collect(
            from: CharacterJob.Models(writer: chat, model: chat, ranker: chat), concurrency: 64
        ) { progress in
            // Of the last two there is one at most.
            let place = min(2, steps.firstIndex(of: progress.step) ?? 0)
            let share = Double(progress.done) / Double(max(1, progress.total))
            report(
                (Double(place) + share) / 3,
                "\(progress.step), \(progress.done) of \(progress.total)")
        }
        if let first = failures.first {
            Terminal.note(
                "\(failures.count) pieces of work failed, the first (\(first.step), "
                    + "\(first.work)) because: \(first.reason)")
        }
        do {
            let dropped = try job.writeRows().droppedPairs
            return (
                try PreferenceRecord.read(folder + "/rows.jsonl"),
                Dictionary(uniqueKeysWithValues: dropped.map { ($0.key.rawValue, $0.value) }), nil
            )
        } catch CharacterError.noRows(_, let reason) {
            let failed = failures.first.map {
                "\(failures.count) pieces of work failed, the first because: \($0.reason)."
            }
            return ([], [:], failed ?? reason)
        }
    }
}
