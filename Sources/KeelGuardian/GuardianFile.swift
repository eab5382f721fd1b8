import Foundation
import Yams

/// Reads the YAML files in which values, signs and sentences stand.
enum GuardianFile {
    /// Decodes a file that ships with Keel.
    /// - Throws: `GuardianError`.
    static func shipped<Content: Decodable>(_ name: String) throws(GuardianError) -> Content {
        try decode(shippedText(name, "yaml"), file: "\(name).yaml")
    }

    /// The text of a file that ships with Keel.
    /// - Throws: `GuardianError`.
    static func shippedText(_ name: String, _ ending: String) throws(GuardianError) -> String {
        guard
            let url = Bundle.module.url(
                forResource: name, withExtension: ending, subdirectory: "Texts")
        else {
            throw GuardianError(
                file: "\(name).\(ending)",
                reason: "it is not in Keel's resources. Build or install Keel anew.")
        }
        return try text(of: url)
    }

    /// - Throws: `GuardianError`.
    static func text(of url: URL) throws(GuardianError) -> String {
        do {
            return try String(contentsOf: url, encoding: .utf8)
        } catch {
            throw GuardianError(
                file: url.path, reason: "it can't be read: \(error.localizedDescription)")
        }
    }

    /// - Throws: `GuardianError` for what is not YAML, or has other fields than `Content`.
    static func decode<Content: Decodable>(
        _ text: String, file: String
    ) throws(GuardianError) -> Content {
        do {
            return try YAMLDecoder().decode(Content.self, from: text)
        } catch let error as DecodingError {
            throw GuardianError(file: file, decoding: error)
        } catch {
            throw GuardianError(file: file, reason: "it is not YAML. \(error)")
        }
    }
}

extension GuardianError {
    fileprivate init(file: String, decoding error: DecodingError) {
        let (context, key): (DecodingError.Context, (any CodingKey)?) =
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context),
                .dataCorrupted(let context):
                (context, nil)
            case .keyNotFound(let key, let context): (context, key)
            @unknown default: (.init(codingPath: [], debugDescription: "\(error)"), nil)
            }
        let place = context.codingPath.map {
            $0.intValue.map { "item \($0 + 1)" } ?? $0.stringValue
        }
        self.init(
            file: file, place: place.joined(separator: ", "),
            reason: key.map { "the field \"\($0.stringValue)\" is missing." }
                ?? Self.reason(context))
    }
}

extension GuardianError {
    /// In one line; the parser's own description draws the place over several.
    private static func reason(_ context: DecodingError.Context) -> String {
        switch context.underlyingError {
        case YamlError.scanner(_, let problem, let mark, _)?,
            YamlError.parser(_, let problem, let mark, _)?,
            YamlError.composer(_, let problem, let mark, _)?:
            "line \(mark.line) is not YAML: \(problem)."
        default: context.debugDescription
        }
    }
}

/// A key of any name, to find those that nobody knows.
private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    /// Refuses fields that are not in `known`: a misspelt one would silently say nothing.
    func requireFields<Key: CodingKey & CaseIterable>(in known: Key.Type) throws {
        let names = Key.allCases.map(\.stringValue)
        for key in try container(keyedBy: AnyKey.self).allKeys
        where !names.contains(key.stringValue) {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: codingPath + [key],
                    debugDescription:
                        "no such field; there are \(names.joined(separator: ", "))."))
        }
    }
}
