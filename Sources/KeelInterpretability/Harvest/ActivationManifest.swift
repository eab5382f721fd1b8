import Foundation

/// What decides a harvest: `config.json` of its folder.
struct HarvestConfiguration: Codable, Hashable {
    var model: String
    /// A model whose activations were taken off.
    var minus: String?
    /// Hashes of the model's files.
    var identity: [String: String]
    /// Files that were read, and their sizes in bytes.
    var data: [String: Int]
    var options: HarvestOptions
    /// Numbers of one row at each point.
    var widths: [String: Int]
    var processes: Int
}

/// What one process has harvested: `manifest.json` of its folder, replaced after each shard.
///
/// Files that it does not name are left over from a process that was ended, and are written anew.
struct ActivationManifest: Codable, Hashable {
    struct Shard: Codable, Hashable {
        /// Beginning of its files' names: `00000`.
        var name: String
        var rows: Int
        /// Passages of all processes that have been read when it ends.
        var passages: Int
    }

    var shards: [Shard] = []
    var isFinished = false

    var rows: Int { shards.reduce(0) { $0 + $1.rows } }
    var passages: Int { shards.last?.passages ?? 0 }

    init() {}

    init?(folder: String) throws {
        let path = folder + "/manifest.json"
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { return nil }
        do {
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch {
            throw InterpretabilityError.unreadable(
                path: path, reason: "it is no manifest of activations (\(error))")
        }
    }

    func write(to folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(self).write(
            to: URL(filePath: folder + "/manifest.json"), options: .atomic)
    }
}

/// Where a row of activations comes from.
public struct ActivationSource: Hashable, Sendable {
    /// Its id in the vocabulary.
    public var token: Int
    /// In its passage, from 0.
    public var position: Int
    /// Of all passages of the data, from 0.
    public var passage: Int

    public init(token: Int, position: Int, passage: Int) {
        self.token = token
        self.position = position
        self.passage = passage
    }
}
