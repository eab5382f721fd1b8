import Foundation
import KeelEvaluation
import KeelLanguage
import KeelModel
import KeelReport
import KeelTensor

/// One map from beginning to end, as `keel eval` and the tour make it.
struct Mapping: Sendable {
    var suite: Suite
    var reference: ModelReference
    var device: Device
    var quick: Bool
    var system: String?
    var samples: Int
    var sampling: SamplingOptions

    /// The same map under another seed.
    func withSeed(_ seed: UInt64) -> Mapping {
        var other = self
        other.sampling.seed = seed
        return other
    }

    /// Begins the run in a folder, or takes up the one that is there.
    func run(in folder: URL) throws -> Run {
        var facts = try LanguageModel.identity(of: reference)
        facts["keel"] = Keel.version
        facts["engine"] = "libtorch \(Engine.version)"
        facts["device"] = device.name
        facts["type"] = "float32"
        return try Run(
            folder: folder, suite: suite,
            config: RunConfig(
                model: reference.description, facts: facts, suite: suite, quick: quick,
                system: system,
                samples: samples, sampling: sampling))
    }

    /// Asks what is missing, and writes the run's metrics and report.
    func collect(_ run: Run, from chat: LocalChatModel, label: String) async throws -> MapOutcome {
        let line = ProgressLine(label)
        var last: Run.Progress?
        let failures = try await run.collect(from: chat, concurrency: 24) { progress in
            last = progress
            line.update(
                done: progress.done, total: progress.total,
                rate: String(format: "%.0f tokens/s", progress.tokenRate),
                remaining: progress.remaining)
        }
        line.finish()
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
                rows.append([
                    dimension.title, "\(measurement.metric.title), \(measurement.metric.unit)",
                    measurement.value.map { String(format: "%.3f", $0) } ?? "none",
                    measurement.interval.map {
                        String(format: "[%.3f, %.3f]", $0.lowerBound, $0.upperBound)
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
