package import Foundation

/// The settings that a folder's work was made with.
package enum FolderSettings {
    private static let name = "config.json"

    /// Writes them into a new folder, or holds them against those that are there.
    /// - Throws: `CharacterError.otherSettings`, naming what differs; `.unreadable`, `.unwritable`.
    package static func begin<Config: Codable>(
        _ config: Config, in folder: URL
    ) throws(CharacterError) {
        let file = folder.appending(component: name)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        let new: Data
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            new = try encoder.encode(config)
            if !FileManager.default.fileExists(atPath: file.path) {
                try new.write(to: file, options: .atomic)
                return
            }
        } catch {
            throw .unwritable(path: file.path, reason: error.localizedDescription)
        }
        let old: Data
        do {
            old = try Data(contentsOf: file)
            _ = try JSONDecoder().decode(Config.self, from: old)
        } catch {
            throw .unreadable(path: file.path, reason: error.localizedDescription)
        }
        let differences = differences(old, new)
        guard differences.isEmpty else {
            throw .otherSettings(path: folder.path, differences: differences)
        }
    }

    private static func differences(_ old: Data, _ new: Data) -> [String] {
        let (before, after) = (leaves(old), leaves(new))
        return Set(before.keys).union(after.keys).sorted().compactMap { field in
            before[field] == after[field]
                ? nil
                : "\(field) was \(before[field] ?? "absent"), now \(after[field] ?? "absent")"
        }
    }

    /// Every value of a JSON object by its place, such as `sampling.seed`.
    private static func leaves(_ json: Data) -> [String: String] {
        var leaves: [String: String] = [:]
        func walk(_ value: Any, _ place: String) {
            guard let object = value as? [String: Any] else {
                leaves[place] = "\(value)"
                return
            }
            for (key, member) in object { walk(member, place.isEmpty ? key : "\(place).\(key)") }
        }
        if let object = try? JSONSerialization.jsonObject(with: json) { walk(object, "") }
        return leaves
    }
}
