internal import Yams

/// A place in a YAML file, which knows how to complain about itself.
struct YAMLField {
    let node: Node
    let file: String
    /// The key this value stands under.
    let name: String
    /// The dimension or probe around it.
    var place: String

    var line: Int { node.mark?.line ?? 0 }

    var isText: Bool { node.scalar != nil }

    func error(_ defect: SuiteError.Defect) -> SuiteError {
        SuiteError(file: file, line: line, place: place, defect: defect)
    }

    /// Parses a file's text.
    init(parsing text: String, file: String) throws(SuiteError) {
        let parsed: Node?
        do {
            parsed = try Yams.compose(yaml: text)
        } catch {
            throw Self.notYAML(file, error)
        }
        guard let parsed else {
            throw SuiteError(file: file, line: 0, place: "", defect: .empty(field: file))
        }
        self.init(node: parsed, file: file, name: file, place: "")
    }

    /// The parser's error in one line; its own description draws the place over several.
    private static func notYAML(_ file: String, _ error: any Error) -> SuiteError {
        let (line, reason) =
            switch error {
            case YamlError.scanner(_, let problem, let mark, _),
                YamlError.parser(_, let problem, let mark, _),
                YamlError.composer(_, let problem, let mark, _):
                (mark.line, problem + ".")
            default:
                (0, "\(error)")
            }
        return SuiteError(file: file, line: line, place: "", defect: .notYAML(reason: reason))
    }

    private init(node: Node, file: String, name: String, place: String) {
        self.node = node
        self.file = file
        self.name = name
        self.place = place
    }

    private func child(_ node: Node, _ name: String) -> YAMLField {
        YAMLField(node: node, file: file, name: name, place: place)
    }

    /// Refuses keys that are not among `known`.
    func requireFields(_ known: [String]) throws(SuiteError) {
        guard case .mapping(let mapping) = node else {
            throw error(.wrongType(field: name, expected: "a mapping of fields to values"))
        }
        for (key, _) in mapping {
            guard let text = key.string, known.contains(text) else {
                throw child(key, name).error(.unknownField(key.string ?? "?", known: known))
            }
        }
    }

    func optional(_ field: String) -> YAMLField? {
        guard case .mapping(let mapping) = node, let value = mapping[field] else { return nil }
        return child(value, field)
    }

    func required(_ field: String) throws(SuiteError) -> YAMLField {
        guard let value = optional(field) else { throw error(.missing(field: field)) }
        return value
    }

    /// Text, as it is written: `no` and `1` are texts here.
    func text() throws(SuiteError) -> String {
        guard case .scalar(let scalar) = node else {
            throw error(.wrongType(field: name, expected: "a text"))
        }
        guard scalar.string.contains(where: { !$0.isWhitespace }) else {
            throw error(.empty(field: name))
        }
        return scalar.string
    }

    func id() throws(SuiteError) -> String {
        let text = try text()
        guard text.wholeMatch(of: /[a-z0-9-]+/) != nil else {
            throw error(.notAnID(text))
        }
        return text
    }

    func items() throws(SuiteError) -> [YAMLField] {
        guard case .sequence(let sequence) = node else {
            throw error(.wrongType(field: name, expected: "a list"))
        }
        if sequence.isEmpty { throw error(.empty(field: name)) }
        return sequence.map { child($0, name) }
    }

    /// The single key and value of a mapping such as `user: "Hello"`.
    func pair() throws(SuiteError) -> (key: String, value: YAMLField) {
        guard case .mapping(let mapping) = node, mapping.count == 1, let entry = mapping.first,
            let key = entry.key.string
        else { throw error(.wrongType(field: name, expected: "one \"role: text\" for each item")) }
        return (key, child(entry.value, key))
    }

    func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ type: Choice.Type
    ) throws(SuiteError) -> Choice {
        let text = try text()
        guard let choice = Choice(rawValue: text) else {
            throw notAChoice(text, among: Choice.allCases.map(\.rawValue))
        }
        return choice
    }

    func choice(among choices: [String]) throws(SuiteError) -> String {
        let text = try text()
        guard choices.contains(text) else { throw notAChoice(text, among: choices) }
        return text
    }

    private func notAChoice(_ text: String, among choices: [String]) -> SuiteError {
        error(.notAChoice(field: name, value: text, choices: choices))
    }
}
