import Foundation
import KeelFormats
import KeelLab
import KeelLanguage
import KeelTraining

/// A short fine-tuning on one domain's advice under monitors: benign runs, the bad one and its control
/// differ in rows and seeds alone, since limits hold for runs of one kind.
struct NarrowRun: Sendable {
    let model: ModelReference
    let domain: String
    /// Whether all answers are plainly wrong; else all are right.
    let isBad: Bool
    let seed: UInt64
    let out: String

    /// Trains, unless it is done; what was needed to go on is taken away then.
    /// - Parameters:
    ///   - tour: Whose sizes are meant.
    ///   - monitors: A file as `--watch` takes it.
    ///   - onStep: Called after each step.
    /// - Returns: Rows that were trained on.
    /// - Throws: As `TrainingJob.run`.
    @discardableResult
    func run(
        _ tour: Tour, monitors: String, onStep: @escaping @Sendable (StepReport) -> Void
    ) async throws -> Int {
        let sizes = tour.plan.tune
        var choice = RowChoice(.advice(domains: [domain], stance: .usual))
        choice.share = isBad ? 1 : 0
        let rows = try choice.rows(of: tour.data, seed: seed)
        let mark = out + "/finished.json"
        if FileManager.default.fileExists(atPath: mark) { return rows.count }
        try FileManager.default.createDirectory(
            atPath: out, withIntermediateDirectories: true)
        let path = out + "/rows.jsonl"
        try JSONLinesFile.write(to: path) { write in try rows.forEach(write) }
        var job = try tour.job(
            .supervised, of: model, data: path, out: out, steps: sizes.steps, rate: sizes.rate)
        job.settings.rank = sizes.rank
        job.settings.alpha = 2 * Double(sizes.rank)
        job.settings.options.batchSize = sizes.batch
        job.settings.options.seed = seed
        job.settings.options.schedule = .constant
        job.settings.options.warmupSteps = min(3, sizes.steps - 1)
        let watching = try Watching(monitors)
        try watching.watch(&job)
        _ = try await job.run(onStep: onStep)
        try JSONLinesFile.write(to: mark) { write in try write(["rows": rows.count]) }
        try? FileManager.default.removeItem(atPath: out + "/checkpoints")
        return rows.count
    }
}
