import Foundation
import TestSupport

extension Scratch {
    /// Bytes of a file; none of a file that is not there.
    static func size(of path: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
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

extension TinyModel {
    /// Options of all commands that run it.
    static let options = ["--model", path, "--threads", "1"]
}
