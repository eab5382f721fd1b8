import Foundation
import KeelFormats

/// A file of monitors: what is watched in training, and what happens when one gives alarm.
public struct WatchFile: Hashable, Sendable, Decodable {
    /// What an alarm does, beside the line in the log, in the metrics, in `alarms.jsonl` and on the page.
    public enum Action: String, Sendable, Codable, CaseIterable {
        /// Ends training; the adapter is written as it is then.
        case stop
        /// Ends training, then tunes back with the rows of `mend`.
        case mend
    }

    /// How a model is tuned back after an alarm.
    public struct Mend: Hashable, Sendable, Codable {
        /// JSON Lines of good rows.
        public var data: String
        /// Optimiser steps of the mending; nil for the usual number.
        public var steps: Int?
        /// JSON Lines of `{"prompt", "good", "bad"}`, measured before, during and after.
        public var gap: [String]?

        private enum CodingKeys: String, CodingKey, CaseIterable { case data, steps, gap }

        public init(from decoder: any Decoder) throws {
            try decoder.refuseFields(notIn: CodingKeys.allCases.map(\.stringValue))
            let row = try decoder.container(keyedBy: CodingKeys.self)
            data = try row.decode(String.self, forKey: .data)
            steps = try row.decodeIfPresent(Int.self, forKey: .steps)
            gap = try row.decodeIfPresent([String].self, forKey: .gap)
        }
    }

    /// In the order of the file; names differ.
    public var monitors: [MonitorSettings]
    /// What `keel watch calibrate` wrote; without it nothing gives alarm.
    public var calibration: String?
    /// What an alarm sets off.
    public var actions: [Action]
    /// An address that each alarm is posted to as JSON.
    public var webhook: String?
    /// How the model is tuned back; nil where nothing is to be mended.
    public var mend: Mend?

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case monitors, calibration, actions, webhook, mend
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseFields(notIn: CodingKeys.allCases.map(\.stringValue))
        let row = try decoder.container(keyedBy: CodingKeys.self)
        monitors = try row.decode([MonitorSettings].self, forKey: .monitors)
        calibration = try row.decodeIfPresent(String.self, forKey: .calibration)
        actions = try row.decodeIfPresent([Action].self, forKey: .actions) ?? []
        webhook = try row.decodeIfPresent(String.self, forKey: .webhook)
        mend = try row.decodeIfPresent(Mend.self, forKey: .mend)
    }

    /// Checks all of it, and notes what each monitor's file holds.
    /// - Throws: `TrainingError.option`, `TrainingError.unsupported`.
    public mutating func resolve() throws(TrainingError) {
        guard !monitors.isEmpty else {
            throw .unsupported("The file of monitors names none.")
        }
        if Set(monitors.map(\.name)).count < monitors.count {
            throw .unsupported("Two monitors have the same name.")
        }
        if actions.contains(.mend) != (mend != nil) {
            throw .unsupported(
                "The action mend and the field mend belong together; one is missing.")
        }
        if calibration == nil, !actions.isEmpty || webhook != nil {
            throw .unsupported(
                "Without a calibration no monitor gives alarm, so there is nothing to act on. Make one "
                    + "with keel watch calibrate, or leave actions and webhook out.")
        }
        for index in monitors.indices {
            try monitors[index].validate()
            monitors[index].digest = try monitors[index].file.map(Self.digest)
        }
    }

    /// What does not fit a run of so many steps.
    /// - Parameter steps: Of the whole run.
    /// - Returns: A sentence for each monitor that will have no value in it.
    public func warnings(steps: Int) -> [String] {
        monitors.compactMap { monitor in
            let readings = monitor.readings(in: steps)
            guard readings < monitor.neededReadings else { return nil }
            return
                "The monitor \"\(monitor.name)\" needs \(monitor.neededReadings) readings for its first "
                + "value, and a run of \(steps) steps has \(readings): it will see nothing and give no "
                + "alarm. Give it a smaller window, or train longer."
        }
    }

    /// FNV-1a over a file's bytes, or those of an autoencoder's weights: it tells files apart, and is no
    /// protection against forgery.
    private static func digest(_ path: String) throws(TrainingError) -> String {
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let file = isFolder.boolValue ? path + "/sae_weights.safetensors" : path
        guard isThere, let data = try? Data(contentsOf: URL(filePath: file), options: .mappedIfSafe)
        else { throw .unsupported("The file \(file) of a monitor cannot be read.") }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        data.withUnsafeBytes { bytes in
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
