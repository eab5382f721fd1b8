import ArgumentParser
import Foundation
import KeelLanguage
import KeelReport
import KeelTensor
import KeelTraining

/// Tuning back, by command or after an alarm.
struct Realigning {
    private var realignment: Realignment
    private var watching: Watching?

    init(
        _ settings: Realignment.Settings, of reference: ModelReference, out: String, device: Device,
        canaries: [String], watching: Watching? = nil
    ) throws {
        realignment = Realignment(settings, out: out)
        realignment.device = device
        realignment.canaries = canaries
        realignment.facts = try reference.citedFacts()
        self.watching = watching
        guard let watching else { return }
        // What a run is watched by is part of its settings, as in training.
        var job = TrainingJob(
            TrainingJob.Settings(method: .supervised, model: reference, data: settings.data),
            out: out)
        try watching.watch(&job)
        realignment.facts.merge(job.settings.facts) { own, _ in own }
        realignment.makeObservers = job.makeObservers
    }

    /// After a run that an alarm has ended: the model with what was trained is tuned back.
    init(_ mend: WatchFile.Mend, after job: TrainingJob, canaries: [String]) throws {
        let isAdapter = job.settings.rank != nil
        let reference =
            isAdapter
            ? ModelReference(
                base: job.settings.model,
                adapters: job.settings.modelAdapters + [job.out + "/adapter"])
            : ModelReference(base: job.out + "/model")
        var settings = Realignment.Settings(model: reference, data: mend.data)
        settings.gaps = mend.gap ?? []
        settings.seed = job.settings.options.seed
        if let steps = mend.steps { settings.steps = steps }
        try self.init(
            settings, of: reference, out: job.out + "/realign", device: job.device,
            canaries: canaries)
    }

    /// Tunes back and writes the report.
    func mended(
        onStep: @escaping @Sendable (StepReport, _ isRelapse: Bool) -> Void
    ) async throws -> RealignResult {
        let result = try await realignment.run(onStep: onStep)
        await watching?.finish()
        try RealignReport(result).page().write(to: realignment.out + "/report.html")
        return result
    }

    /// Tunes back, says how far it is and what came of it.
    func run(json: Bool) async throws {
        let out = realignment.out
        let line = ProgressLine("realign")
        let after = ProgressLine("relapse")
        let result = try await untilInterrupted(
            "Stopped. \(out) holds a checkpoint; the same command goes on from it."
        ) { [self] in
            try await mended { report, isRelapse in
                (isRelapse ? after : line).update(
                    done: report.step, total: report.totalSteps,
                    rate: String(format: "loss %.4f", report.metrics["loss"] ?? 0),
                    remaining: .seconds(report.secondsLeft))
            }
        }
        if json { return try Terminal.printJSON(result) }
        if !(4...120).contains(result.rows) {
            Terminal.note("There were \(result.rows) good rows; 4 to 120 are meant.")
        }
        Terminal.printTable(RealignReport(result).lines)
        let change = result.neutralWorse > 0 ? "worse" : "better"
        print(
            "Neutral texts: log-probability \(change) by "
                + String(
                    format: "%.2f %% (at worst, worse by %.2f %%).",
                    100 * abs(result.neutralWorse), 100 * max(0, result.neutralWorst)))
        if result.hasHitLimit {
            Terminal.note(
                "Neutral texts went beyond the limit of \(100 * result.settings.limit) %; the adapter "
                    + "is that of step \(result.acceptedStep), within it.")
        }
        print("Wrote \(out)/adapter and \(out)/report.html.")
    }
}
