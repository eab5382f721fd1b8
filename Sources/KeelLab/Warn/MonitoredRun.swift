internal import Foundation
internal import KeelFormats

/// How far the monitors of one run went, step by step.
package struct MonitoredRun: Hashable, Sendable {
    package var domain: String
    package var seed: UInt64
    /// Share of its rows that are wrong, in percent.
    package var percent: Int
    package var steps: Int
    /// Of each monitor, the furthest so far at each step that has a value, in order of steps.
    package var peaks: [String: [Peak]]
    /// Of each monitor, the share of its work in the time of the steps.
    package var costs: [String: Double] = [:]
    /// Steps between two readings of g, at least 1.
    package var every = 1

    package var isBad: Bool { percent > 0 }

    package struct Peak: Hashable, Sendable {
        package var step: Int
        package var value: Double

        package init(_ step: Int, _ value: Double) {
            self.step = step
            self.value = value
        }
    }

    package init(
        domain: String, seed: UInt64, percent: Int, steps: Int, peaks: [String: [Peak]]
    ) {
        self.domain = domain
        self.seed = seed
        self.percent = percent
        self.steps = steps
        self.peaks = peaks
    }

    /// Reads an arm's `metrics.jsonl`; nil for an arm without monitors, or one that is not there.
    init?(_ arm: Arm, _ folder: LabFolder) throws {
        let path = folder.arm(arm.id) + "/metrics.jsonl"
        guard arm.monitors > 0, let domain = arm.domain,
            FileManager.default.fileExists(atPath: path)
        else { return nil }
        var reader = try JSONLinesReader<[String: Double]>(path: path)
        var peaks: [String: [Peak]] = [:]
        var costs: [String: Double] = [:]
        for line in try reader.readAll() {
            guard let step = line["step"].flatMap(Int.init(exactly:)) else { continue }
            for name in [ArmMonitors.direction] + ArmMonitors.baselines {
                if let value = line["watch/\(name)/peak"] {
                    peaks[name, default: []].append(Peak(step, value))
                }
                if let cost = line["watch/\(name)/cost"] { costs[name] = cost }
            }
        }
        self.init(
            domain: domain, seed: arm.seed, percent: Int((arm.rows.share * 100).rounded()),
            steps: arm.steps, peaks: peaks)
        self.costs = costs
        every = arm.monitors
    }
}
