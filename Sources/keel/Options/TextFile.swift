import ArgumentParser
import Foundation
import Yams

/// A file of text that an option names.
enum TextFile {
    /// - Throws: `ValidationError` with the path for a file that can't be read.
    static func read(_ path: String) throws -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw ValidationError("\(path) cannot be read: \(error.localizedDescription)")
        }
    }

    /// A system prompt: the text without white space at its ends.
    static func prompt(_ path: String) throws -> String {
        try read(path).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// - Throws: `ValidationError` with the path and, where there is one, the line.
    static func decodeYAML<Value: Decodable>(_ type: Value.Type, from path: String) throws
        -> Value
    {
        let text = try read(path)
        do {
            return try YAMLDecoder().decode(type, from: text)
        } catch {
            throw ValidationError("\(path) is not as it should be: \(error)")
        }
    }
}
