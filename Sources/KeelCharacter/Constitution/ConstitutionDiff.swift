/// What changed from one version of a constitution to the next, clause by clause.
public struct ConstitutionDiff: Hashable, Sendable, Codable {
    /// One field that is not as it was.
    public struct Change: Hashable, Sendable, Codable {
        /// Such as `traits.steadfast.wording`.
        public var field: String
        /// What stood there; nil of what is new.
        public var before: String?
        /// What stands there; nil of what is gone.
        public var after: String?
    }

    /// Empty where nothing changed.
    public var changes: [Change]
    /// Whether something changed while the version stayed.
    public var needsVersion: Bool

    public init(from old: Constitution, to new: Constitution) {
        let (before, after) = (old.fields, new.fields)
        let places = Dictionary(
            before.map { ($0.name, $0.text) }, uniquingKeysWith: { first, _ in first })
        let newNames = Set(after.map(\.name))
        changes =
            before.filter { !newNames.contains($0.name) }.map {
                Change(field: $0.name, before: $0.text, after: nil)
            }
            + after.compactMap { field in
                let text = places[field.name]
                return text == field.text
                    ? nil : Change(field: field.name, before: text, after: field.text)
            }
        needsVersion = !changes.isEmpty && old.version == new.version
    }
}

extension Constitution {
    /// All that it says, each text by its place; a clause is named by its id, not by its number.
    fileprivate var fields: [(name: String, text: String)] {
        var fields = [("name", name), ("version", version), ("about", about)]
        fields.append(("values", values.map(\.id).joined(separator: " > ")))
        fields += values.map { ("values.\($0.id).means", $0.means) }
        for principle in principles { fields += Self.fields(of: principle, "principles") }
        for trait in traits {
            fields += Self.fields(of: trait, "traits")
            fields += trait.messages.enumerated().map {
                ("traits.\(trait.id).messages[\($0)]", $1)
            }
            if !trait.probes.isEmpty {
                fields.append(("traits.\(trait.id).probes", trait.probes.joined(separator: ", ")))
            }
        }
        return fields.map { (name: $0.0, text: $0.1) }
    }

    private static func fields(of clause: any Clause, _ list: String) -> [(String, String)] {
        let place = "\(list).\(clause.id)"
        let optional = [(".value", clause.value), (".scope", clause.scope)]
        var fields = [(place + ".wording", clause.wording)]
        fields += optional.compactMap { name, text in text.map { (place + name, $0) } }
        fields.append((place + ".strength", "\(clause.strength)"))
        for (number, example) in clause.examples.enumerated() {
            let texts: [(String, String?)] = [
                ("ask", example.ask), ("good", example.good), ("bad", example.bad),
                ("because", example.because),
            ]
            fields += texts.compactMap { name, text in
                text.map { ("\(place).examples[\(number)].\(name)", $0) }
            }
        }
        return fields
    }
}
