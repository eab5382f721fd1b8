import Foundation
import KeelFormats

/// A finished run that was watched: its settings, its monitors, and how far they went.
public struct WatchedRun: Sendable {
    /// The run's folder.
    public let path: String
    /// What was trained.
    public let settings: TrainingJob.Settings
    /// As the run's file of monitors had them.
    public let monitors: [MonitorSettings]
    /// The last step that was logged.
    public let steps: Int
    private let lines: [[String: Double]]

    /// The key of a run's facts that says by what it was watched.
    public static let fact = "watch"

    /// What `fact` holds for monitors.
    public static func description(of monitors: [MonitorSettings]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(monitors), as: UTF8.self)
    }

    /// - Throws: `TrainingError.unsupported` where the folder is no run, the run was not watched, is not
    ///   finished, or was ended by an alarm; `JSONLinesError`.
    public init(_ path: String) throws {
        self.path = path
        func refusal(_ reason: String) -> TrainingError { .unsupported("\(path) \(reason)") }
        guard
            let data = try? Data(contentsOf: URL(filePath: path + "/config.json")),
            let settings = try? JSONDecoder().decode(TrainingJob.Settings.self, from: data)
        else { throw refusal("is no folder of keel train.") }
        guard let description = settings.facts[Self.fact],
            let monitors = try? JSONDecoder().decode(
                [MonitorSettings].self, from: Data(description.utf8))
        else { throw refusal("was not watched. Train it with --watch.") }
        guard
            ["/adapter", "/model"].contains(where: {
                FileManager.default.fileExists(atPath: path + $0)
            })
        else { throw refusal("is not finished. Let the same command go on with it.") }
        self.settings = settings
        self.monitors = monitors
        var reader = try JSONLinesReader<[String: Double]>(path: path + "/metrics.jsonl")
        lines = try reader.readAll()
        guard let last = lines.compactMap({ $0["step"] }).max(), let steps = Int(exactly: last)
        else { throw refusal("has no metrics.") }
        self.steps = steps
    }

    /// How far a monitor went at most, the way that gives alarm.
    /// - Throws: `TrainingError.unsupported` where the run was too short for one value of it, or an alarm
    ///   had ended it.
    func peak(_ name: String) throws -> Double {
        let alarms = try Alarm.read(run: path)
        if let end = alarms.last, end.step == steps,
            settings.facts["watch actions"]?.isEmpty == false
        {
            throw TrainingError.unsupported(
                "\(path) was ended by an alarm, so how far it would have gone is not known. Train it "
                    + "again without actions.")
        }
        guard let peak = lines.last(where: { $0["step"] == Double(steps) })?["watch/\(name)/peak"]
        else {
            throw TrainingError.unsupported(
                "\(path) has no value of \"\(name)\": it was too short for its window.")
        }
        return peak
    }

    /// The first logged step by which a limit would have been passed; nil for none.
    ///
    /// Peaks are held against it, as limits are set on them: a value between two logged steps counts.
    public func firstStep(beyond limit: WatchCalibration.Limit) -> Int? {
        let name = "watch/\(limit.settings.name)/peak"
        func isBeyond(_ value: Double) -> Bool {
            limit.settings.alarm == .rise ? value > limit.value : value < limit.value
        }
        return lines.first { $0[name].map(isBeyond) ?? false }?["step"].flatMap(Int.init(exactly:))
    }
}
