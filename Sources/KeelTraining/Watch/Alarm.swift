import Foundation

/// A monitor went beyond its limit; a line of `alarms.jsonl`, and what a webhook gets.
public struct Alarm: Hashable, Sendable, Codable {
    /// The run's folder.
    public var run: String
    /// The monitor's name.
    public var monitor: String
    /// Steps done when it was given.
    public var step: Int
    /// How far the monitor had gone, in its own unit.
    public var value: Double
    /// From which on alarm is given.
    public var limit: Double
    /// The way that gives alarm.
    public var direction: MonitorSettings.Alarm
    /// What the calibration promises at most, as an average over calibrations.
    public var falseAlarmRate: Double
    /// Benign runs of the calibration.
    public var benignRuns: Int
    /// Whether the run has gone on longer than the shortest benign run, so that the rate no longer holds.
    public var isBeyondCalibration: Bool
    /// Seconds since 1970.
    public var time: Double

    /// In a sentence.
    public var message: String {
        let verb = direction == .rise ? "risen" : "fallen"
        return
            "Alarm at step \(step): \(monitor) has \(verb) to \(Self.digits(value)), beyond "
            + "\(Self.digits(limit)), which at most \(Self.digits(100 * falseAlarmRate)) % of runs like "
            + "the \(benignRuns) benign ones would pass"
            + (isBeyondCalibration ? ", had they not been shorter than this one." : ".")
    }

    private static func digits(_ value: Double) -> String { String(format: "%.4g", value) }

    /// The alarms of a run, in order; none where there is no such file.
    /// - Throws: `JSONLinesError`, `FileError`.
    public static func read(run folder: String) throws -> [Alarm] {
        try file(in: folder).read()
    }

    /// Keeps the alarms of a run up to a step; a run that goes on gives the later ones again.
    static func forget(after step: Int, run folder: String) throws {
        try file(in: folder).forget(after: step)
    }

    private static func file(in folder: String) -> StepLines<Alarm> {
        StepLines(path: folder + "/alarms.jsonl")
    }
}

extension Alarm: StepLine {}
