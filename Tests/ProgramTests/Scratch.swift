import Foundation

/// A folder of a test's own, gone with it.
final class Scratch {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "keel-\(UUID().uuidString)")
            .resolvingSymlinksInPath()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Bytes of a file; none of a file that is not there.
    static func size(of path: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: folder.appending(path: name))
        return path(name)
    }

    /// Copies the tiny model, to be broken.
    func copyModel(as name: String) throws -> String {
        try FileManager.default.copyItem(atPath: TinyModel.path, toPath: path(name))
        return path(name)
    }

    /// A copy that reads more than fits the tiny model's window, as judges do.
    func copyWideModel(as name: String) throws -> String {
        let folder = try copyModel(as: name)
        let config = URL(filePath: folder).appending(path: "config.json")
        let text = try String(contentsOf: config, encoding: .utf8)
        try Data(text.replacing(": 128,", with: ": 4096,").utf8).write(to: config)
        return folder
    }
}

/// A random model of two layers whose tokens are bytes, and an adapter for it.
enum TinyModel {
    private static let goldens = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "KeelModelTests/Goldens")
    static let path = goldens.appending(path: "tiny-llama").path
    static let adapter = goldens.appending(path: "tiny-adapter").path
    /// Options of all commands that run it.
    static let options = ["--model", path, "--threads", "1"]
}

/// The whole lines of a file; none of a file that is not there.
struct Lines: Collection {
    private let lines: [Substring]

    init(_ path: String) {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    }

    var startIndex: Int { lines.startIndex }
    var endIndex: Int { lines.endIndex }
    func index(after index: Int) -> Int { lines.index(after: index) }
    subscript(index: Int) -> String { String(lines[index]) }

    /// Reads each line as JSON.
    func decoded<Row: Decodable>(as type: Row.Type = Row.self) throws -> [Row] {
        try map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
    }
}
