import Foundation

/// A folder of long work: `config.json` says all that decides its result and never changes.
struct WorkFolder {
    let path: String

    /// Opens a folder, or makes it.
    /// - Parameters:
    ///   - path: Where.
    ///   - configuration: All that decides the result; what the folder holds already must be the same.
    /// - Throws: `InterpretabilityError.otherWork`, naming the settings that differ.
    init(path: String, configuration: some Encodable) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let new = try encoder.encode(configuration)
        let file = URL(filePath: path + "/config.json")
        guard let old = try? Data(contentsOf: file) else {
            try new.write(to: file, options: .atomic)
            return
        }
        let sides = [old, new].map {
            (try? JSONSerialization.jsonObject(with: $0)) as? [String: Any] ?? [:]
        }
        func text(_ value: Any?) -> Data? {
            value.flatMap {
                try? JSONSerialization.data(withJSONObject: [$0], options: .sortedKeys)
            }
        }
        let keys = Set(sides[0].keys).union(sides[1].keys).sorted()
        let fields = keys.filter { text(sides[0][$0]) != text(sides[1][$0]) }
        guard fields.isEmpty else {
            throw InterpretabilityError.otherWork(path: path, fields: fields)
        }
    }
}
