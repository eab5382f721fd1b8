import Yams

/// Says in terms of the file what the decoder says in terms of Swift.
extension CharacterFileError {
    /// The parser's error in one line; its own description draws the place over several.
    init(notYAML error: any Error, file: String) {
        let (line, reason) =
            switch error {
            case YamlError.scanner(_, let problem, let mark, _),
                YamlError.parser(_, let problem, let mark, _),
                YamlError.composer(_, let problem, let mark, _):
                (mark.line, problem + ".")
            default:
                (0, "\(error)")
            }
        self.init(file: file, line: line, field: "", defect: .notYAML(reason: reason))
    }

    /// What kept a file from being decoded, and the line of the field.
    /// - Parameters:
    ///   - error: What the decoder threw.
    ///   - root: The file as YAML; nil where lines are not known.
    ///   - file: What to call it.
    init(_ error: any Error, in root: Node?, file: String) {
        let (path, defect): ([any CodingKey], Defect) =
            switch error {
            case DecodingError.keyNotFound(let key, let context):
                (context.codingPath + [key], .missing)
            case DecodingError.typeMismatch(let type, let context),
                DecodingError.valueNotFound(let type, let context):
                (context.codingPath, .wrongType(expected: Self.words(for: type)))
            case DecodingError.dataCorrupted(let context):
                (context.codingPath, .invalid(reason: context.debugDescription))
            default: ([], .invalid(reason: "\(error)"))
            }
        var field = ""
        var node = root
        var line = root?.mark?.line ?? 0
        for key in path {
            if let index = key.intValue {
                field += "[\(index)]"
                node = node?.sequence.flatMap { $0.indices.contains(index) ? $0[index] : nil }
            } else {
                field += field.isEmpty ? key.stringValue : ".\(key.stringValue)"
                let entry = node?.mapping?.first { $0.key.string == key.stringValue }
                // A value over several lines begins behind its key.
                line = entry?.key.mark?.line ?? line
                node = entry?.value
                continue
            }
            line = node?.mark?.line ?? line
        }
        self.init(file: file, line: line, field: field, defect: defect)
    }

    private static func words(for type: any Any.Type) -> String {
        switch type {
        case is Node.Mapping.Type, is [String: Any].Type: "a mapping of fields to values"
        case is Node.Sequence.Type, is [Any].Type: "a list"
        case is Double.Type: "a number"
        case is Bool.Type: "true or false"
        default: "a text"
        }
    }
}
