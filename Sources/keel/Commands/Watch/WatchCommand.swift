public import ArgumentParser
import Foundation
public import KeelTraining

/// Monitors of training: their limits, and what they would have said.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Set the limits of monitors of training, and try them.",
        discussion: """
            Train benign runs with `keel train ... --watch monitors.yaml`, which writes down what monitors read; set \
            limits on these runs; name them in the file as calibration. docs/watching.md says how.
            """,
        subcommands: [WatchCalibrateCommand.self, WatchReplayCommand.self])
}

/// Limits from benign runs.
struct WatchCalibrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Set limits on benign runs for a stated rate of false alarms.",
        discussion: """
            Of each run counts how far a monitor went at most. The limit is a conformal threshold over the runs: a new \
            benign run of the same kind, no longer than the shortest of these, passes it with at most the stated \
            probability, as an average over calibrations; the interval says where the probability lies given these \
            runs. A rate of 0.05 needs 19 runs, one of 0.01 needs 99. That the runs are benign is what you say of them.
            """)

    @Argument(help: "Folders of finished runs that were watched.", completion: .directory)
    var runs: [String]

    @Option(help: "The rate of false alarms, by run.")
    var rate = 0.05

    @Option(help: "What the rate is of: each monitor, or all together.")
    var of = WatchCalibration.Sharing.each

    @Option(help: "The JSON file to write; it must not be there yet.", completion: .file())
    var out: String

    @Flag(help: "Print the calibration as JSON.")
    var json = false

    func validate() throws {
        guard rate > 0, rate < 1, !runs.isEmpty else {
            throw ValidationError("--rate must be above 0 and below 1, and runs are needed.")
        }
    }

    func run() async throws {
        let output = try NewOutput(out)
        let calibration = try WatchCalibration(runs: runs, rate: rate, sharing: of)
        try calibration.write(to: output.path)
        if json { return try Terminal.printJSON(calibration) }
        Terminal.printTable(
            [["monitor", "alarm beyond", "runs", "mean rate", "rate given these runs (95 %)"]]
                + calibration.limits.map { limit in
                    [
                        limit.settings.name, String(format: "%+.5g", limit.value), "\(limit.runs)",
                        String(format: "%.1f %%", 100 * limit.expectedRate),
                        String(
                            format: "%.1f to %.1f %%", 100 * (limit.interval.first ?? 0),
                            100 * (limit.interval.last ?? 0)),
                    ]
                })
        Terminal.note("Wrote \(out). It holds for runs of up to \(calibration.horizon) steps.")
    }
}

/// What limits would have said of runs that are there.
struct WatchReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Say of finished runs at which step each monitor would have given alarm.",
        discussion: """
            For runs that the limits were not set on. A monitor tells something only where it comes before those of \
            kind steps, loss and drift. Steps that were not logged (--log-every) are not seen.
            """)

    @Argument(help: "Folders of finished runs that were watched.", completion: .directory)
    var runs: [String]

    @Option(help: "What `keel watch calibrate` wrote.", completion: .file())
    var calibration: String

    @Flag(help: "Print rows of JSON.")
    var json = false

    private struct Row: Encodable {
        var run: String
        var steps: Int
        /// By monitor; one that gave no alarm is left out.
        var alarms: [String: Int]
        var isBeyondCalibration: Bool
    }

    func run() async throws {
        let calibration = try WatchCalibration(contentsOf: calibration)
        let rows = try runs.map { path in
            let run = try WatchedRun(path)
            var alarms: [String: Int] = [:]
            for monitor in run.monitors {
                guard let limit = try calibration.limit(for: monitor) else { continue }
                alarms[monitor.name] = run.firstStep(beyond: limit)
            }
            return Row(
                run: path, steps: run.steps, alarms: alarms,
                isBeyondCalibration: run.steps > calibration.horizon)
        }
        if json {
            for row in rows { try Terminal.printJSON(row, pretty: false) }
            return
        }
        let names = calibration.limits.map(\.settings.name)
        Terminal.printTable(
            [["run", "steps"] + names]
                + rows.map { row in
                    [row.run, "\(row.steps)"] + names.map { row.alarms[$0].map { "\($0)" } ?? "-" }
                })
        let shares = names.map { name in
            "\(name) \(rows.count { $0.alarms[name] != nil })"
        }
        print("Runs with an alarm, of \(rows.count): \(shares.joined(separator: ", ")).")
        if rows.contains(where: \.isBeyondCalibration) {
            Terminal.note(
                "Some runs are longer than \(calibration.horizon) steps, for which the limits hold."
            )
        }
    }
}

extension WatchCalibration.Sharing: ExpressibleByArgument {}
