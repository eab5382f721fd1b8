import Foundation
import KeelFormats
public import KeelStatistics

/// Limits of monitors, set on benign runs for a stated rate of false alarms.
///
/// Of each benign run counts how far a monitor went at most; the limit is a conformal threshold over
/// these. A new benign run of the same kind, no longer than the shortest of them, passes it with at most
/// the stated probability.
public struct WatchCalibration: Hashable, Sendable, Codable {
    /// What the rate is of.
    public enum Sharing: String, Sendable, Codable, CaseIterable {
        /// Of each monitor by itself.
        case each
        /// Of all together: each gets its share of it (Bonferroni).
        case all
    }

    /// What a monitor is held against.
    public struct Limit: Hashable, Sendable, Codable {
        /// What was calibrated; another monitor has no limit here.
        public var settings: MonitorSettings
        /// How far it may go, in the monitor's unit.
        public var value: Double
        /// The mean probability of a false alarm over calibrations of so many runs.
        public var expectedRate: Double
        /// Where the probability lies given these runs, at 95 %: its lower and upper end.
        public var interval: [Double]
        /// Benign runs that the limit rests on.
        public var runs: Int
        /// How far each run went, in the order of the runs.
        public var peaks: [Double]

        /// - Parameters:
        ///   - settings: The monitor.
        ///   - peaks: How far it went in each benign run, the way that gives alarm.
        ///   - rate: Of false alarms.
        /// - Throws: `StatisticsError` for too few runs for the rate.
        public init(
            _ settings: MonitorSettings, peaks: [Double], rate: Double
        ) throws(StatisticsError) {
            let sign = settings.alarm == .rise ? 1.0 : -1
            let threshold = try ConformalThreshold(peaks.map { sign * $0 }, rate: rate)
            self.settings = settings
            self.peaks = peaks
            value = sign * threshold.value
            expectedRate = threshold.expectedRate
            interval = [threshold.interval.lowerBound, threshold.interval.upperBound]
            runs = peaks.count
        }
    }

    /// A benign run.
    public struct Source: Hashable, Sendable, Codable {
        /// The run's folder.
        public var path: String
        public var model: String
        public var data: String
        /// Of the run.
        public var seed: UInt64
        /// How many were trained.
        public var steps: Int
    }

    /// Of the file's form.
    public var version = 1
    /// The wanted probability of a false alarm in a run, above 0 and below 1.
    public var rate: Double
    /// Whether the rate is each monitor's or that of all together.
    public var sharing: Sharing
    /// One for each monitor.
    public var limits: [Limit]
    /// Benign ones, in the order of what each limit lists.
    public var runs: [Source]

    /// Sets limits on finished runs that were watched by the same monitors.
    /// - Parameters:
    ///   - paths: Their folders; that they are benign is what the caller says of them.
    ///   - rate: Of false alarms, above 0 and below 1.
    ///   - sharing: What the rate is of.
    /// - Throws: `TrainingError.unsupported` naming a run that was not watched, not in the same way, not to
    ///   its end, or twice; `StatisticsError` for too few runs for the rate.
    public init(runs paths: [String], rate: Double, sharing: Sharing = .each) throws {
        let read = try paths.map(WatchedRun.init)
        guard let first = read.first else {
            throw TrainingError.unsupported("There is no run to set limits on.")
        }
        for (index, run) in read.enumerated() {
            if let other = read[..<index].first(where: { $0.settings == run.settings }) {
                throw TrainingError.unsupported(
                    "\(run.path) is the same run as \(other.path): same data, settings and seed. "
                        + "Runs that are no different say nothing about chance.")
            }
            if run.settings.model != first.settings.model {
                throw TrainingError.unsupported(
                    "\(run.path) trained \(run.settings.model), \(first.path) "
                        + "\(first.settings.model); a limit holds for one model.")
            }
            if run.monitors != first.monitors {
                throw TrainingError.unsupported(
                    "\(run.path) was watched by other monitors, or with other settings of them, than "
                        + "\(first.path).")
            }
        }
        let share = sharing == .all ? rate / Double(max(1, first.monitors.count)) : rate
        self.rate = rate
        self.sharing = sharing
        runs = read.map {
            Source(
                path: $0.path, model: $0.settings.model, data: $0.settings.data,
                seed: $0.settings.options.seed, steps: $0.steps)
        }
        limits = try first.monitors.map { monitor in
            try Limit(monitor, peaks: read.map { try $0.peak(monitor.name) }, rate: share)
        }
    }

    /// Steps that the limits hold for.
    public var horizon: Int { runs.map(\.steps).min() ?? 0 }

    /// The limit of a monitor; nil for one that was not calibrated.
    /// - Throws: `TrainingError.unsupported` where it was calibrated with other settings or another file.
    public func limit(for settings: MonitorSettings) throws(TrainingError) -> Limit? {
        guard let limit = limits.first(where: { $0.settings.name == settings.name }) else {
            return nil
        }
        // A file may have moved; what is in it decides.
        var (own, calibrated) = (settings, limit.settings)
        (own.file, calibrated.file) = (nil, nil)
        guard own == calibrated else {
            throw .unsupported(
                "The monitor \"\(settings.name)\" was calibrated with other settings or another file. "
                    + "Calibrate it as it is, or take back what was changed.")
        }
        return limit
    }

    /// Reads a file that `write(to:)` has written.
    /// - Throws: `TrainingError.unsupported`.
    public init(contentsOf path: String) throws(TrainingError) {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw .unsupported("\(path) can't be read: \(error.localizedDescription)")
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch {
            throw .unsupported(
                "\(path) is no calibration of monitors. Make one by keel watch calibrate. (\(error))"
            )
        }
        guard version == 1 else {
            throw .unsupported("\(path) was written by another version of Keel.")
        }
    }

    /// Writes a file that appears whole or not at all.
    public func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: URL(filePath: path), options: .atomic)
    }
}
