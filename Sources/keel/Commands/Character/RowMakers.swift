import Foundation
import KeelCharacter
import KeelFormats

/// Which model did which part of rows, where `keel character data` left its settings beside them.
enum RowMakers {
    /// A sentence for each file; one that says so where nothing is known.
    static func sentences(_ paths: [String]) -> [String] {
        paths.map { path in
            let config = URL(filePath: path).deletingLastPathComponent()
                .appending(path: "config.json")
            guard let data = try? Data(contentsOf: config),
                let made = try? JSONDecoder().decode(CharacterConfig.self, from: data)
            else { return "\(path): which models made these rows is not known." }
            let how =
                switch made.arm {
                case .ranked: ", ranked by \(made.ranker.name)"
                case .prompted: " with and without the prompt"
                case .contrasted: " behind examples answered well and badly"
                case .revised: " and revised by it"
                }
            return "\(path): messages by \(made.writer.name), answers by \(made.model.name)\(how)"
                + " (arm \(made.arm.rawValue), seed \(made.seed))."
        }
    }
}

extension PreferenceRecord {
    /// The rows of a file of `keel character data`.
    /// - Throws: `JSONLinesError` for a row that can't be read; `FileError`.
    static func read(_ path: String) throws -> [PreferenceRecord] {
        var reader = try JSONLinesReader<PreferenceRecord>(path: path)
        return try reader.readAll()
    }
}
