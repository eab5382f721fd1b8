import Foundation
import KeelFormats
import KeelLab
import KeelLanguage
import KeelTraining

/// Trains copies on right advice under monitors, and sets limits on them (`keel watch calibrate`).
///
/// Benign runs are on each domain in turn, the narrow one among them.
struct LimitsStage: TourStage {
    let part = TourPart.limits
    let model: ModelReference
    let inside: InsideStage.Outcome

    struct Outcome: Codable, Sendable {
        /// A file for `--watch`, with limits.
        var monitors: String
        var calibration: WatchCalibration
    }

    func run(_ tour: Tour, _ report: @escaping TourProgress) async throws -> Outcome {
        let folder = tour.path(part)
        let sizes = tour.plan.tune
        let questions = folder + "/questions.jsonl"
        // As the direction: no monitor knows what is to come.
        let others = LabData.domains.filter { $0 != sizes.narrow }
        try tour.writeGaps(tour.advice(others, .validation, sizes.asked), to: questions)
        let monitors = [
            MonitorSettings(
                name: "careless", kind: .direction, file: inside.direction, layer: inside.layer,
                window: sizes.window),
            MonitorSettings(
                name: "gap", kind: .probes, file: questions, alarm: .fall, every: sizes.every),
            MonitorSettings(name: "loss", kind: .loss, alarm: .fall, window: sizes.window),
            MonitorSettings(name: "drift", kind: .drift),
        ]
        let plain = folder + "/monitors.yaml"
        try Self.write(monitors, limits: nil, to: plain)
        let domains = LabData.domains
        let runs = (0..<sizes.benign).map { number in
            NarrowRun(
                model: model, domain: domains[number % domains.count], isBad: false,
                // The seed of the tour is that of the runs that are judged.
                seed: tour.plan.seed &+ UInt64(number) &+ 1, out: "\(folder)/benign-\(number + 1)")
        }
        for (number, run) in runs.enumerated() {
            try Task.checkCancellation()
            try await run.run(tour, monitors: plain) { step in
                let share = Double(step.step) / Double(max(1, step.totalSteps))
                report(
                    (Double(number) + share) / Double(runs.count),
                    "benign run \(number + 1) of \(runs.count)")
            }
        }
        let calibration = try WatchCalibration(runs: runs.map(\.out), rate: sizes.falseAlarms)
        try calibration.write(to: folder + "/limits.json")
        let watched = folder + "/watched.yaml"
        try Self.write(monitors, limits: folder + "/limits.json", to: watched)
        return Outcome(monitors: watched, calibration: calibration)
    }

    /// Writes a file of monitors; JSON is YAML, too.
    private static func write(
        _ monitors: [MonitorSettings], limits: String?, to path: String
    ) throws {
        struct File: Encodable {
            var monitors: [MonitorSettings]
            var calibration: String?
        }
        try JSONLinesFile.write(to: path) { write in
            try write(File(monitors: monitors, calibration: limits))
        }
    }
}
