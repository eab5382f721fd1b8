import Foundation
import KeelFormats
import KeelModel
import KeelTensor

/// The folder of a training run: what decides it, its metrics, its last checkpoint.
///
/// `config.json` is written once. `metrics.jsonl` has a line for each logged step. A checkpoint is a
/// folder that appears whole; the one before it is removed only then.
public final class RunFolder {
    public let path: String
    /// Opened when the first line is written, so that old lines can be taken out before.
    private var metrics: JSONLinesWriter?
    private var events: EventFile?
    /// Where a run goes on; nil for one that begins.
    private var restart: Int?

    /// Opens a folder, or makes it.
    /// - Parameters:
    ///   - path: Where.
    ///   - configuration: All that decides the result; what a folder holds already must be the same.
    /// - Throws: `TrainingError.otherRun` with the settings that differ; `FileError`.
    public init(path: String, configuration: some Encodable) throws {
        self.path = path
        try FileManager.default.createDirectory(
            atPath: path + "/checkpoints", withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let new = try encoder.encode(configuration)
        let file = URL(filePath: path + "/config.json")
        if let old = try? Data(contentsOf: file) {
            let fields = Self.differences(old, new)
            guard fields.isEmpty else { throw TrainingError.otherRun(path: path, fields: fields) }
        } else {
            try new.write(to: file, options: .atomic)
        }
    }

    /// Keys, written like `options.beta1`, whose values differ.
    private static func differences(_ old: Data, _ new: Data) -> [String] {
        func leaves(_ value: Any, _ key: String) -> [String: String] {
            guard let members = value as? [String: Any] else { return [key: "\(value)"] }
            return members.reduce(into: [:]) { result, member in
                let path = key.isEmpty ? member.key : "\(key).\(member.key)"
                result.merge(leaves(member.value, path)) { $1 }
            }
        }
        let sides = [old, new].map { data in
            (try? JSONSerialization.jsonObject(with: data)).map { leaves($0, "") } ?? [:]
        }
        let keys = Set(sides[0].keys).union(sides[1].keys)
        return keys.filter { sides[0][$0] != sides[1][$0] }.sorted()
    }

    // MARK: Metrics

    func log(_ report: StepReport) throws {
        var line = report.metrics.filter { $0.value.isFinite }
        let file = try events ?? EventFile(folder: path, restartingAt: restart)
        events = file
        try file.append(line, step: report.step)
        line["step"] = Double(report.step)
        line["epoch"] = report.epoch
        line["num_tokens"] = Double(report.tokens)
        line["time"] = Date().timeIntervalSince1970
        let writer = try metrics ?? JSONLinesWriter(path: path + "/metrics.jsonl")
        metrics = writer
        try writer.append(line)
    }

    /// Takes out what a run that was killed has logged behind its last checkpoint.
    /// - Parameter step: Of that checkpoint; 0 where there is none.
    /// - Throws: `FileError`, `JSONLinesError`.
    func forgetMetrics(after step: Int) throws {
        let file = path + "/metrics.jsonl"
        let isThere = FileManager.default.fileExists(atPath: file)
        if isThere || step > 0 { restart = step + 1 }
        guard isThere else { return }
        // Opening it mends a line that a loss of power tore.
        _ = try JSONLinesWriter(path: file)
        var kept = Data()
        var reader = try JSONLinesReader<[String: Double]>(path: file)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        while let line = try reader.next(), line["step"] ?? 0 <= Double(step) {
            kept += try encoder.encode(line) + Data("\n".utf8)
        }
        try kept.write(to: URL(filePath: file), options: .atomic)
    }

    // MARK: Checkpoints

    private var checkpoints: String { path + "/checkpoints" }

    func save(_ progress: RunProgress, _ state: [(name: String, value: Tensor)]) throws {
        let name = "step-" + String("0000000\(progress.step)".suffix(8))
        try metrics?.synchronize()
        try StagedFolder.replace(checkpoints + "/" + name) { draft in
            try Safetensors.write(state, to: draft + "/state.safetensors")
            try JSONEncoder().encode(progress).write(to: URL(filePath: draft + "/progress.json"))
        }
        for other in try FileManager.default.contentsOfDirectory(atPath: checkpoints)
        where other != name {
            try FileManager.default.removeItem(atPath: checkpoints + "/" + other)
        }
    }

    /// The last checkpoint that is whole; nil for a run that has none.
    func lastCheckpoint() throws -> (RunProgress, [String: Tensor], String)? {
        let names = try FileManager.default.contentsOfDirectory(atPath: checkpoints)
            .filter { $0.wholeMatch(of: /step-[0-9]+/) != nil }
        guard let name = names.max() else { return nil }
        let path = checkpoints + "/" + name
        do {
            let progress = try JSONDecoder().decode(
                RunProgress.self, from: Data(contentsOf: URL(filePath: path + "/progress.json")))
            return (progress, try Safetensors.read(path + "/state.safetensors"), path)
        } catch {
            throw TrainingError.checkpoint(path: path, reason: "\(error)")
        }
    }
}
