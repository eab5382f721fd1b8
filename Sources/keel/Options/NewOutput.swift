import Foundation

/// A file or folder that a command makes, and that is not there yet.
struct NewOutput {
    /// Without slashes at its end.
    let path: String

    /// - Throws: `NewOutput.Exists`, so that nothing is written over.
    init(_ path: String) throws {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        if (try? FileManager.default.attributesOfItem(atPath: path)) != nil {
            throw Exists(path: path)
        }
        self.path = path
    }

    struct Exists: Error, CustomStringConvertible {
        var path: String

        var description: String {
            "\(path) exists already. Name another output, or remove this one first."
        }
    }
}
