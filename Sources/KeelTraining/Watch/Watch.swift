import Foundation
import KeelFormats

/// Watches training by monitors: holds their running means against limits, and gives alarm.
///
/// Its state is in every checkpoint, so a run that was stopped and goes on is watched as if it had never
/// stopped. Each monitor gives one alarm a run at most. Each step's report gets `watch/NAME` (the value),
/// `watch/NAME/peak` (the furthest so far), and where there is a limit, `watch/NAME/limit` and
/// `watch/NAME/alarm` (0 or 1); and `watch/cost` and `watch/NAME/cost`, the share of all watching, and of
/// each monitor, in the time of the steps.
public final class Watch: TrainingObserver {
    /// A monitor and what is done with its readings.
    public struct Watched {
        var settings: MonitorSettings
        var monitor: any Monitor
        /// Nil for one that is only written down.
        var limit: WatchCalibration.Limit?

        public init(
            _ settings: MonitorSettings, _ monitor: any Monitor,
            limit: WatchCalibration.Limit? = nil
        ) {
            self.settings = settings
            self.monitor = monitor
            self.limit = limit
        }
    }

    private let watched: [Watched]
    private let stops: Bool
    private let horizon: Int
    private let group: any ProcessGroup
    private let folder: String
    private let onAlarm: (Alarm) -> Void
    private let clock = ContinuousClock()
    private var courses: [Course]
    private var secondsWatching = 0.0
    private var secondsOfSteps = 0.0
    private var secondsInPasses = 0.0
    /// Of each monitor.
    private var secondsOf: [Double]
    private var inPassesOf: [Double]

    /// - Parameters:
    ///   - watched: The monitors, each with a name of its own.
    ///   - stops: Whether an alarm ends training.
    ///   - horizon: Steps that the limits are calibrated for.
    ///   - folder: The run's, which gets `alarms.jsonl`.
    ///   - group: The processes that train together.
    ///   - onAlarm: Called on the training thread, in the first process, once the alarm is on disk.
    public init(
        _ watched: [Watched], stops: Bool = false, horizon: Int = .max, folder: String,
        group: any ProcessGroup = SingleProcess(), onAlarm: @escaping (Alarm) -> Void = { _ in }
    ) {
        self.watched = watched
        self.stops = stops
        self.horizon = horizon
        self.group = group
        self.folder = folder
        self.onAlarm = onAlarm
        courses = watched.map { Course($0.settings) }
        secondsOf = watched.map { _ in 0 }
        inPassesOf = watched.map { _ in 0 }
    }

    public func prepare(_ pass: inout ForwardPass, step: Int) {
        for one in watched { one.monitor.prepare(&pass, step: step) }
        secondsInPasses = watched.reduce(0) { $0 + $1.monitor.secondsInPasses }
    }

    public func willTrain(from step: Int) throws {
        guard step == 0 else { return }
        if group.rank == 0 { try Alarm.forget(after: 0, run: folder) }
        for index in watched.indices {
            if let reading = try watched[index].monitor.readingBefore() {
                _ = courses[index].add(reading.sum / reading.weight)
            }
        }
    }

    public func didStep(_ report: inout StepReport) throws -> Bool {
        let start = clock.now
        let inPasses = watched.reduce(-secondsInPasses) { $0 + $1.monitor.secondsInPasses }
        let readings = try sums(watched.indices.map { try reading($0, after: report) })
        var hasAlarm = false
        for index in watched.indices {
            let name = "watch/" + watched[index].settings.name
            if let reading = readings[index],
                let value = courses[index].add(reading.sum / reading.weight)
            {
                report.metrics[name] = value
                if try judge(index, value, report) { hasAlarm = true }
            }
            report.metrics[name + "/peak"] = courses[index].peak
            guard let limit = watched[index].limit else { continue }
            report.metrics[name + "/limit"] = limit.value
            report.metrics[name + "/alarm"] = courses[index].alarmStep == nil ? 0 : 1
        }
        secondsWatching += inPasses + (clock.now - start) / .seconds(1)
        secondsOfSteps += max(0, report.seconds - inPasses)
        if secondsOfSteps > 0 {
            report.metrics["watch/cost"] = secondsWatching / secondsOfSteps
            for (one, seconds) in zip(watched, secondsOf) {
                report.metrics["watch/\(one.settings.name)/cost"] = seconds / secondsOfSteps
            }
        }
        return !(hasAlarm && stops)
    }

    /// A monitor's reading, timed, with what it did inside the step's passes.
    private func reading(_ index: Int, after report: StepReport) throws -> MonitorReading? {
        let start = clock.now
        let monitor = watched[index].monitor
        let reading = try monitor.reading(after: report)
        let inPasses = monitor.secondsInPasses
        secondsOf[index] += inPasses - inPassesOf[index] + (clock.now - start) / .seconds(1)
        inPassesOf[index] = inPasses
        return reading
    }

    /// The readings of all processes together; nil where none of them has one.
    private func sums(_ own: [MonitorReading?]) throws -> [MonitorReading?] {
        guard group.size > 1 else { return own.map { $0.flatMap { $0.weight > 0 ? $0 : nil } } }
        let sums = try group.sum(own.flatMap { [$0?.sum ?? 0, $0?.weight ?? 0] })
        return own.indices.map {
            sums[2 * $0 + 1] > 0
                ? MonitorReading(sum: sums[2 * $0], weight: sums[2 * $0 + 1]) : nil
        }
    }

    /// Holds a value against its limit.
    /// - Returns: Whether it gives alarm now.
    private func judge(_ index: Int, _ value: Double, _ report: StepReport) throws -> Bool {
        guard let limit = watched[index].limit, courses[index].alarmStep == nil,
            courses[index].isFurther(value, than: limit.value)
        else { return false }
        courses[index].alarmStep = report.step
        guard group.rank == 0 else { return true }
        let alarm = Alarm(
            run: folder, monitor: watched[index].settings.name, step: report.step, value: value,
            limit: limit.value, direction: watched[index].settings.alarm,
            falseAlarmRate: limit.expectedRate, benignRuns: limit.runs,
            isBeyondCalibration: report.step > horizon, time: Date().timeIntervalSince1970)
        let file = try JSONLinesWriter(path: folder + "/alarms.jsonl")
        try file.append(alarm)
        try file.synchronize()
        onAlarm(alarm)
        return true
    }

    public var saved: [String: [Double]] {
        var saved = ["watch": [secondsWatching, secondsOfSteps] + secondsOf]
        for (one, course) in zip(watched, courses) {
            saved["watch/" + one.settings.name] = course.saved
        }
        return saved
    }

    public func restore(_ saved: [String: [Double]], step: Int) throws {
        for index in watched.indices {
            let name = watched[index].settings.name
            guard let state = saved["watch/" + name], courses[index].restore(state) else {
                throw TrainingError.checkpoint(
                    path: folder, reason: "it does not say how far the monitor \"\(name)\" was")
            }
        }
        if let seconds = saved["watch"], seconds.count >= 2 {
            (secondsWatching, secondsOfSteps) = (seconds[0], seconds[1])
            // Older checkpoints have no more than these two.
            if seconds.count == 2 + watched.count { secondsOf = Array(seconds[2...]) }
        }
        if group.rank == 0 { try Alarm.forget(after: step, run: folder) }
    }
}
