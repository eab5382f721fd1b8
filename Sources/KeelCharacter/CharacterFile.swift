import Foundation
import Yams

/// Reading YAML files of which every defect has a line.
enum CharacterFile {
    /// - Throws: `CharacterFileError`, with file, line, field and remedy.
    static func read<Content: Decodable>(_ url: URL) throws(CharacterFileError) -> Content {
        let text: String
        do {
            text = try String(contentsOf: url, encoding: .utf8)
        } catch {
            throw CharacterFileError(
                file: url.path, line: 0, field: "",
                defect: .unreadable(reason: error.localizedDescription))
        }
        return try decode(text, file: url.lastPathComponent)
    }

    /// - Parameters:
    ///   - text: The whole file.
    ///   - file: What errors call it.
    /// - Returns: What the file says.
    /// - Throws: `CharacterFileError`.
    static func decode<Content: Decodable>(
        _ text: String, file: String
    ) throws(CharacterFileError) -> Content {
        let root: Node
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw CharacterFileError(
                    file: file, line: 0, field: "", defect: .invalid(reason: "The file is empty."))
            }
            root = node
        } catch let error as CharacterFileError {
            throw error
        } catch {
            throw CharacterFileError(notYAML: error, file: file)
        }
        do {
            return try YAMLDecoder().decode(Content.self, from: root)
        } catch {
            throw CharacterFileError(error, in: root, file: file)
        }
    }
}
