internal import Foundation
internal import KeelFormats

extension GGUFFile {
    /// The files that a model consists of, the one with the metadata first.
    /// - Parameter path: Any part of a model split as `name-00001-of-00003.gguf`, or the only file.
    /// - Returns: At least one.
    /// - Throws: `GGUFError`; `ModelError.unreadable` when a part is missing or is one of another model.
    static func parts(of path: String) throws -> [GGUFFile] {
        let file = try GGUFFile(path: path)
        guard let count: Int = try file.optionalValue("split.count"), count > 1 else {
            return [file]
        }
        let end = String(format: "-of-%05d.gguf", count)
        guard count < 100_000, path.hasSuffix(end), path.utf8.count > end.utf8.count + 6 else {
            throw ModelError.unreadable(
                path: path,
                reason: "it is one of \(count) parts, whose names must end in -00001\(end)")
        }
        let name = path.dropLast(end.count + 6)
        return try (0..<count).map { number in
            let part = try GGUFFile(path: name + String(format: "-%05d", number + 1) + end)
            let (found, own): (Int, Int) = (
                try part.value("split.count"), try part.value("split.no")
            )
            guard found == count, own == number else {
                throw ModelError.unreadable(
                    path: part.path,
                    reason: "it says that it is part \(own + 1) of \(found), "
                        + "its name \(number + 1) of \(count)")
            }
            return part
        }
    }
}
