/// What is wrong with the file of a constitution or a concept, and where.
public struct CharacterFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What can be wrong with a file.
    public enum Defect: Hashable, Sendable {
        case notShipped(known: [String])
        case unreadable(reason: String)
        case notYAML(reason: String)
        case missing
        case wrongType(expected: String)
        /// Says what is wrong with the value and what to do.
        case invalid(reason: String)
    }

    /// Path of the file, as it was asked for.
    public let file: String
    /// Counted from 1; 0 where the defect has no line.
    public let line: Int
    /// Written like `traits[2].wording`; empty for the whole file.
    public let field: String
    /// What is wrong.
    public let defect: Defect

    public var description: String {
        let place = line > 0 ? "\(file):\(line)" : file
        let subject = field.isEmpty ? "" : "\"\(field)\""
        switch defect {
        case .notShipped(let known):
            return "\(place): No constitution of this name ships with Keel, and no file has it. "
                + "Shipped are \(known.joined(separator: ", "))."
        case .unreadable(let reason):
            return "\(place): The file can't be read: \(reason)"
        case .notYAML(let reason): return "\(place): This is not YAML: \(reason)"
        case .missing: return "\(place): \(subject) is missing. Add it."
        case .wrongType(let expected):
            return "\(place): \(subject.isEmpty ? "The file" : subject) must be \(expected)."
        case .invalid(let reason):
            return "\(place): \(subject.isEmpty ? "" : subject + ": ")\(reason)"
        }
    }
}
