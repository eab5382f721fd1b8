public import Foundation
import KeelFormats
import KeelLanguage

/// A run: a folder with the configuration, the suite that was asked, and each sample as a line.
///
/// `config.json` and `suite.json` are written first and never changed, so what is in the folder
/// can be read and measured again without anything else. `samples.jsonl` only grows; a program
/// killed at any moment leaves a run that `Run(folder:suite:config:)` takes up where it stood.
public struct Run: Sendable {
    /// What holds `config.json`, `suite.json` and `samples.jsonl`.
    public let folder: URL
    /// All that decides the result.
    public let config: RunConfig
    /// The part of the suite that is asked.
    public let suite: Suite

    let writer: JSONLinesWriter

    /// Begins a run in a new folder, or takes up the run of the same configuration that is there.
    /// - Throws: `RunError`; `SamplingOptions.validate`'s error; `FileError` on the samples.
    public init(folder: URL, suite: Suite, config: RunConfig) throws {
        try config.sampling.validate()
        guard config.samples >= 1 else { throw RunError.noSamplesAsked(config.samples) }
        let configFile = folder.appending(component: Self.configName)
        if FileManager.default.fileExists(atPath: configFile.path) {
            try self.init(reading: folder)
            let differences = self.config.differences(to: config)
            guard differences.isEmpty else {
                throw RunError.otherConfig(path: folder.path, differences: differences)
            }
            return
        }
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw RunError.unwritable(path: folder.path, reason: error.localizedDescription)
        }
        try Self.write(suite, to: folder.appending(component: Self.suiteName))
        // Last, since it is what makes the folder a run.
        try Self.write(config, to: configFile)
        try self.init(reading: folder)
    }

    /// Opens a run that is there.
    /// - Throws: `RunError`; `FileError` on the samples.
    public init(reading folder: URL) throws {
        let config: RunConfig = try Self.read(folder.appending(component: Self.configName))
        let suite: Suite = try Self.read(folder.appending(component: Self.suiteName))
        self.folder = folder
        self.config = config
        self.suite = config.quick ? suite.quick : suite
        writer = try JSONLinesWriter(path: folder.appending(component: Self.samplesName).path)
    }

    /// The samples that are there, in the order in which they were finished.
    /// - Throws: `JSONLinesError` with the line and field that can't be read; `FileError`.
    public func records() throws -> [SampleRecord] {
        var reader = try JSONLinesReader<SampleRecord>(path: writer.path)
        return try reader.readAll()
    }

    /// The map of what was sampled, and judged, so far.
    /// - Throws: As `records()` and `judged()`.
    public func map() throws -> CharacterMap {
        CharacterMap(
            of: suite, config: config, records: try records(), judged: try judged())
    }

    /// Writes the map's numbers to `metrics.jsonl` in the run's folder, a line each.
    /// - Throws: `RunError`.
    public func save(_ map: CharacterMap) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let file = folder.appending(component: Self.metricsName)
        do {
            var lines = Data()
            for record in map.metrics { lines += try encoder.encode(record) + Data("\n".utf8) }
            try lines.write(to: file, options: .atomic)
        } catch {
            throw RunError.unwritable(path: file.path, reason: "\(error)")
        }
    }

    private static let configName = "config.json"
    private static let suiteName = "suite.json"
    private static let samplesName = "samples.jsonl"
    private static let metricsName = "metrics.jsonl"

    static func read<Value: Decodable>(_ url: URL) throws(RunError) -> Value {
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            throw .unreadable(path: url.path, reason: error.localizedDescription)
        }
        do {
            return try JSONDecoder().decode(Value.self, from: data)
        } catch {
            throw .unreadable(path: url.path, reason: "\(error)")
        }
    }

    static func write(_ value: some Encodable, to url: URL) throws(RunError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        do {
            try encoder.encode(value).write(to: url, options: .atomic)
        } catch {
            throw .unwritable(path: url.path, reason: "\(error)")
        }
    }
}
