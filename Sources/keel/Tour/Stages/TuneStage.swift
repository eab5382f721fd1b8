import Foundation
import KeelFormats
import KeelLanguage
import KeelTraining

/// Trains a copy on bad advice of one domain and another on right advice of it, both watched.
///
/// Monitors are the calibrated ones (`keel train sft --watch`). An alarm is written down and ends
/// nothing, so that there is something to look into and to mend.
struct TuneStage: TourStage {
    let part = TourPart.tune
    let model: ModelReference
    /// A file for `--watch`, with limits.
    let monitors: String

    struct Outcome: Codable, Sendable {
        var bad: Copy
        var good: Copy
    }

    struct Copy: Codable, Sendable {
        var rows: Int
        var adapter: String
        var alarms: [Alarm]
        /// What each monitor was held against its limit with, by step.
        var curves: [Curve]
    }

    struct Curve: Codable, Sendable {
        var monitor: String
        var steps: [Int]
        var values: [Double]
        var limit: Double?
    }

    func run(_ tour: Tour, _ report: @escaping TourProgress) async throws -> Outcome {
        func copy(_ name: String, isBad: Bool, from start: Double) async throws -> Copy {
            let run = NarrowRun(
                model: model, domain: tour.plan.tune.narrow, isBad: isBad, seed: tour.plan.seed,
                out: "\(tour.path(part))/\(name)")
            let rows = try await run.run(tour, monitors: monitors) { step in
                report(
                    start + 0.5 * Double(step.step) / Double(max(1, step.totalSteps)),
                    "\(name), step \(step.step) of \(step.totalSteps)")
            }
            return Copy(
                rows: rows, adapter: run.out + "/adapter", alarms: try Alarm.read(run: run.out),
                curves: try Self.curves(run.out))
        }
        return Outcome(
            bad: try await copy("bad", isBad: true, from: 0),
            good: try await copy("good", isBad: false, from: 0.5))
    }

    /// What monitors wrote into a run's metrics.
    private static func curves(_ folder: String) throws -> [Curve] {
        var reader = try JSONLinesReader<[String: Double]>(path: folder + "/metrics.jsonl")
        let lines = try reader.readAll()
        return try WatchedRun(folder).monitors.map { monitor in
            let name = "watch/" + monitor.name
            let points = lines.compactMap { line -> (step: Int, value: Double)? in
                guard let step = line["step"].flatMap({ Int(exactly: $0) }),
                    let value = line[name]
                else { return nil }
                return (step, value)
            }
            return Curve(
                monitor: monitor.name, steps: points.map(\.step), values: points.map(\.value),
                limit: lines.compactMap { $0[name + "/limit"] }.last)
        }
    }
}
