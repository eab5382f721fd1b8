/// What is wrong with a suite, and where.
public struct SuiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The defects a suite can have.
    public enum Defect: Hashable, Sendable {
        case notShipped(known: [String])
        case unreadable(reason: String)
        case notYAML(reason: String)
        case wrongType(field: String, expected: String)
        case missing(field: String)
        case noCanary(file: String)
        case empty(field: String)
        case unknownField(String, known: [String])
        case notAnID(String)
        case duplicate(what: String, id: String, firstLine: Int)
        case oneOf(first: String, second: String)
        case oneCluster(String)
        case notAChoice(field: String, value: String, choices: [String])
        case lastTurn(role: String)
        case halfGap(present: String, absent: String)
        case sameContinuation(String)
        case unmeasured
        case measureWithoutProbes(measure: String, field: String)
        case fieldWithoutMeasure(field: String, measure: String)
        case badPhrase(field: String, phrase: String)
        case badMirror(String)
        case notALaterState(String)
        case talkWithoutMeasure
    }

    /// Path of the file, as it was asked for.
    public let file: String
    /// Counted from 1; 0 where the defect has no line.
    public let line: Int
    /// The dimension or probe it is in; empty at the top of the file.
    public let place: String
    /// What is wrong.
    public let defect: Defect

    public var description: String {
        var location = file
        if line > 0 { location += ":\(line)" }
        if !place.isEmpty { location += " (\(place))" }
        return "\(location): \(explanation)"
    }

    private var explanation: String {
        switch defect {
        case .notShipped(let known):
            "No suite of this name ships with Keel. Shipped are \(known.joined(separator: ", "))."
        case .unreadable(let reason):
            "The suite can't be read: \(reason)"
        case .notYAML(let reason):
            "This is not YAML: \(reason)"
        case .wrongType(let field, let expected):
            "\"\(field)\" must be \(expected)."
        case .missing(let field):
            "\"\(field)\" is missing. Add it."
        case .noCanary(let file):
            "\(file) does not carry the suite's canary. Add it there in a comment."
        case .empty(let field):
            "\"\(field)\" is empty. Fill it in."
        case .unknownField(let field, let known):
            "\"\(field)\" is not a field here. Known are \(known.joined(separator: ", "))."
        case .notAnID(let text):
            "\"\(text)\" is not an id. Use small letters, digits and hyphens."
        case .duplicate(let what, let id, let firstLine):
            "The \(what) \"\(id)\" was there before (line \(firstLine)). Give each its own id."
        case .oneOf(let first, let second):
            "Give either \"\(first)\" or \"\(second)\", not both and not neither."
        case .oneCluster(let cluster):
            "All probes are in the cluster \"\(cluster)\". Errors are estimated from the spread "
                + "between clusters, so use at least two."
        case .notAChoice(let field, let value, let choices):
            choices.isEmpty
                ? "\"\(field)\" is \"\(value)\", but the suite has none. Add it to the suite."
                : "\"\(field)\" is \"\(value)\". Use one of \(choices.joined(separator: ", "))."
        case .lastTurn(let role):
            "The last message is the \(role)'s. End with the user's, since the model answers it."
        case .halfGap(let present, let absent):
            "There is \"\(present)\" but no \"\(absent)\". A gap needs both."
        case .sameContinuation(let text):
            "\"\(text)\" is both good and bad. Make them differ."
        case .unmeasured:
            "Nothing is measured on this probe. Give it \"good\" and \"bad\" continuations or "
                + "phrases, or the dimension a counter."
        case .measureWithoutProbes(let measure, let field):
            "The measure \"\(measure)\" has no probe with \"\(field)\". Add one or remove it."
        case .fieldWithoutMeasure(let field, let measure):
            "There is \"\(field)\", but the dimension has no measure of kind \"\(measure)\". "
                + "Add it to \"measures\"."
        case .badPhrase(let field, let phrase):
            "The phrase \"\(phrase)\" in \"\(field)\" has no word to begin with. Write at least "
                + "one word; only later ones may be \"_\"."
        case .badMirror(let reason):
            "\"mirrors\" \(reason)"
        case .notALaterState(let id):
            "\"goes\" leads to \"\(id)\", which is no later state of this talk. Name one, or "
                + "\"\(TalkState.end)\"."
        case .talkWithoutMeasure:
            "There is \"talk\", but the dimension has no measure that reads answers. Add one of "
                + "kind \"talk\" to \"measures\"."
        }
    }
}
