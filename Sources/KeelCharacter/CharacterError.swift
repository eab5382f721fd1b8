/// Why character data could not be made.
public enum CharacterError: Error, Hashable, Sendable, CustomStringConvertible {
    case noPreference(model: String)
    case nothingToDo(constitution: String, needs: String)
    /// A setting that is out of its range.
    case setting(name: String, value: String, expected: String)
    /// The folder holds work under other settings.
    case otherSettings(path: String, differences: [String])
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)
    case noRows(path: String, reason: String)
    /// Cases of which no answer can be said to be as wanted.
    case noOutcomes
    /// Rows that a classifier must not learn from, or cannot.
    case classifier(reason: String)

    public var description: String {
        switch self {
        case .noPreference(let model):
            "\(model) gave no log-probabilities to compare answers by. Use a model that scores given "
                + "text: one on this machine, or behind a server such as vLLM."
        case .nothingToDo(let constitution, let needs):
            "The constitution \(constitution) has no \(needs). Add one to its file."
        case .setting(let name, let value, let expected):
            "\(name) is \(value); it must be \(expected)."
        case .otherSettings(let path, let differences):
            "\(path) holds work under other settings: \(differences.joined(separator: "; ")). Name "
                + "another folder, or ask for the same as before."
        case .unreadable(let path, let reason): "\(path) can't be read: \(reason)"
        case .unwritable(let path, let reason): "\(path) can't be written: \(reason)"
        case .noRows(let path, let reason): "No row is left for \(path): \(reason)"
        case .noOutcomes:
            "No answer to any of the cases can be said to be as wanted or not. Name dimensions with a gap, "
                + "a rule or a counter that has a good direction, and see whether the model answers."
        case .classifier(let reason): reason
        }
    }
}
