internal import Foundation
internal import KeelFormats

/// The folder of an experiment.
///
/// `config.json` says all that decides the result and never changes. Each arm has a folder of its own
/// under `arms`; stages are files that appear whole and are on disk before the next begins. So what is
/// there is done, and nothing else is.
public struct LabFolder: Hashable, Sendable {
    /// Where it lies.
    public let path: String

    /// Opens a folder, or makes it.
    /// - Parameters:
    ///   - path: Where.
    ///   - configuration: All that decides the result; what the folder holds already must be the same.
    /// - Throws: `LabError.otherLab`, naming what differs; errors of the file system.
    public init(path: String, configuration: some Encodable) throws {
        self.path = path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        let new = try Self.encoded(configuration)
        let file = URL(filePath: path + "/config.json")
        guard let old = try? Data(contentsOf: file) else {
            try Self.put(new, file.path)
            return
        }
        func members(_ data: Data) -> [String: Data] {
            let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
            return object.compactMapValues {
                try? JSONSerialization.data(withJSONObject: [$0], options: .sortedKeys)
            }
        }
        let (before, after) = (members(old), members(new))
        let fields = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
        guard fields.isEmpty else {
            throw LabError.otherLab(path: path, fields: fields.sorted())
        }
    }

    /// The folder of an arm.
    public func arm(_ id: String) -> String { "\(path)/arms/\(id)" }
    /// Its adapter, in PEFT's form.
    public func adapter(_ id: String) -> String { arm(id) + "/adapter" }
    /// What it was read at, a line for each step and condition.
    public func panel(_ id: String) -> String { arm(id) + "/panel.jsonl" }

    /// The value of a file that a stage has left, or what `make` now makes, kept on disk before this
    /// returns.
    public func stage<Value: Codable>(
        _ name: String, _ make: () async throws -> Value
    ) async throws -> Value {
        if let old: Value = try stored(name) { return old }
        let new = try await make()
        try write(new, name)
        return new
    }

    /// What a stage has left; nil where it has not been done.
    public func stored<Value: Decodable>(_ name: String) throws -> Value? {
        let file = URL(filePath: "\(path)/\(name)")
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        do {
            return try JSONDecoder().decode(Value.self, from: Data(contentsOf: file))
        } catch {
            throw LabError.unreadable(
                path: file.path,
                reason: "it cannot be read (\(error)); remove it to have it made anew")
        }
    }

    /// Writes a file that appears whole, and is on disk before this returns.
    public func write(_ value: some Encodable, _ name: String) throws {
        try Self.put(Self.encoded(value), "\(path)/\(name)")
    }

    private static func put(_ data: Data, _ path: String) throws {
        let file = try AtomicFile(path: path)
        try data.withUnsafeBytes { try file.write($0) }
        try file.commit()
    }

    private static func encoded(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }
}
