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
}

extension TinyModel {
    /// Options of all commands that run it.
    static let options = ["--model", path, "--threads", "1"]
}
