import Foundation
import KeelEvaluation
import KeelLanguage
import KeelReport

/// One map from beginning to end, as `keel eval` and the tour make it.
struct Mapping: Sendable {
    var suite: Suite
    var model: ModelSource
    /// Plays the person where talks leave the words open.
    var user: ModelSource?
    var quick: Bool
    var system: String?
    var samples: Int
    var sampling: SamplingOptions
    /// What else decides the result, such as how the model is steered.
    var facts: [String: String] = [:]

    /// Begins the run in a folder, or takes up the one that is there.
    func run(in folder: URL) throws -> Run {
        var facts = model.facts.merging(facts) { $1 }
        if let user {
            facts["user"] = user.name
            for (name, value) in user.facts { facts["user's \(name)"] = value }
        }
        return try Run(
            folder: folder, suite: suite,
            config: RunConfig(
                model: model.name, facts: facts, suite: suite, quick: quick, system: system,
                samples: samples, sampling: sampling))
    }

    /// Asks what is missing, and writes the run's metrics and report.
    ///
    /// Where calls cost money or are kept within a budget, each asks for one answer.
    func collect(
        _ run: Run, from chat: any ChatModel, user: (any ChatModel)? = nil, _ calls: CallOptions,
        label: String
    ) async throws -> MapOutcome {
        let line = ProgressLine(label)
        let outcome = try await collect(run, from: chat, user: user, calls) { progress in
            line.update(
                done: progress.done, total: progress.total,
                rate: String(format: "%.0f tokens/s", progress.tokenRate),
                remaining: progress.remaining)
        }
        line.finish()
        return outcome
    }

    /// The same, with whatever says how far it is.
    func collect(
        _ run: Run, from chat: any ChatModel, user: (any ChatModel)? = nil, _ calls: CallOptions,
        onProgress: (Run.Progress) -> Void
    ) async throws -> MapOutcome {
        var last: Run.Progress?
        let isCounted = try model.isRemote || calls.budget() != nil
        let failures = try await run.collect(
            from: chat, user: user, concurrency: isCounted ? calls.concurrency : 64,
            answersPerCall: isCounted ? 1 : 8
        ) { progress in
            last = progress
            onProgress(progress)
        }
        let outcome = MapOutcome(run: run, map: try run.map(), failures: failures, progress: last)
        try run.save(outcome.map)
        try MapReport(run: run, map: outcome.map, records: try run.records(), failures: failures)
            .page()
            .write(to: run.folder.appending(path: "report.html").path)
        return outcome
    }
}

/// A map that was made, and what could not be had for it.
struct MapOutcome: Sendable {
    var run: Run
    var map: CharacterMap
    var failures: [Run.Failure]
    var progress: Run.Progress?

    /// Prints the primary numbers, a line each.
    func printSummary() {
        var rows = [["dimension", "measure", "value", "95 % interval", "probes"]]
        for dimension in map.dimensions {
            for measurement in dimension.measurements where measurement.metric.isPrimary {
                let unit = measurement.metric.shownUnit
                rows.append([
                    dimension.title, "\(measurement.metric.title), \(measurement.metric.unit)",
                    measurement.value.map { unit.text($0) } ?? "none",
                    measurement.interval.map {
                        "\(unit.text($0.lowerBound)) to \(unit.text($0.upperBound))"
                    } ?? "none",
                    "\(measurement.probes)",
                ])
            }
        }
        Terminal.printTable(rows)
        if let progress, progress.doneNow > 0 {
            print(
                "\n\(progress.doneNow) readings in \(Terminal.text(progress.elapsed)), "
                    + String(format: "%.0f sampled tokens/s.", progress.tokenRate))
        }
        if !failures.isEmpty {
            Terminal.note(
                "\(failures.count) readings are missing, the first because: \(failures[0].reason)")
        }
    }
}
