/// Something in a constitution that its author should look at.
public struct ConstitutionFinding: Hashable, Sendable, Codable {
    /// What is to be looked at.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Two clauses on the same matter, one of which forbids what the other asks for.
        case contradiction
        /// Two clauses that say the same, or nearly.
        case duplicate
        /// "Never" or "always" with nothing that says where.
        case unscoped
        /// A trait that nothing measures.
        case unprobed
        /// A trait that names a dimension which the suites lack.
        case unknownProbe = "unknown-probe"
        /// A trait that does not speak of itself.
        case notFirstPerson = "not-first-person"
    }

    public var kind: Kind
    /// Ids of the clauses it is about.
    public var clauses: [String]
    /// What is wrong and what to do.
    public var text: String
}

extension Constitution {
    /// What its author should look at.
    ///
    /// Words are compared, not meanings: two clauses concern the same matter where at least 60 %
    /// of the content words of the shorter one, and at least two, stand in the other. What
    /// contradicts in other words is not found.
    /// - Parameter dimensions: Ids of the dimensions there are to measure by.
    /// - Returns: Findings, contradictions first.
    public func findings(dimensions: Set<String>) -> [ConstitutionFinding] {
        let clauses = self.clauses
        var found: [ConstitutionFinding] = []
        for (number, clause) in clauses.enumerated() {
            for other in clauses[(number + 1)...] { found += Self.compare(clause, other) }
        }
        found += Self.swappedExamples(clauses)
        found += clauses.compactMap(Self.absolute)
        found += traits.flatMap { $0.findings(dimensions) }
        return Kind.allCases.flatMap { kind in found.filter { $0.kind == kind } }
    }

    private typealias Kind = ConstitutionFinding.Kind

    private static func compare(_ one: any Clause, _ other: any Clause) -> [ConstitutionFinding] {
        let (words, others) = (Words(one.wording), Words(other.wording))
        let ids = [one.id, other.id]
        if words.list == others.list {
            return [
                .init(
                    kind: .duplicate, clauses: ids,
                    text: "They say the same. Take one out, or say how they differ.")
            ]
        }
        let shared = words.content.intersection(others.content).count
        let shorter = min(words.content.count, others.content.count)
        guard shared >= 2, 5 * shared >= 3 * shorter else { return [] }
        if words.isNegated != others.isNegated {
            return [
                .init(
                    kind: .contradiction, clauses: ids,
                    text: "One seems to forbid what the other asks for. Give each a scope, or say "
                        + "by their values which outranks the other.")
            ]
        }
        return [
            .init(
                kind: .duplicate, clauses: ids,
                text: "They say nearly the same, so it counts twice. Join them, or say how they "
                    + "differ.")
        ]
    }

    /// Examples in which one clause's good answer is another's bad one.
    private static func swappedExamples(_ clauses: [any Clause]) -> [ConstitutionFinding] {
        clauses.enumerated().flatMap { number, one in
            clauses[number...].flatMap { other in
                one.examples.flatMap { example in
                    other.examples.filter {
                        $0.ask == example.ask
                            && ($0.good == example.bad || $0.bad == example.good)
                    }.map { _ in
                        ConstitutionFinding(
                            kind: .contradiction, clauses: [one.id, other.id],
                            text: "An answer to \"\(example.ask)\" is good in one example and bad "
                                + "in another. Decide, and say by which value.")
                    }
                }
            }
        }
    }

    private static func absolute(_ clause: any Clause) -> ConstitutionFinding? {
        let words = Words(clause.wording).distinct.intersection(["never", "always"]).sorted()
        guard clause.scope == nil, !words.isEmpty else { return nil }
        return ConstitutionFinding(
            kind: .unscoped, clauses: [clause.id],
            text: "It says \(words.map { "\"\($0)\"" }.joined(separator: " and ")) without a "
                + "scope. A model learns a push and no law; say where it holds.")
    }
}

extension Constitution.Trait {
    fileprivate func findings(_ dimensions: Set<String>) -> [ConstitutionFinding] {
        var found: [ConstitutionFinding] = []
        if probes.isEmpty {
            found.append(
                .init(
                    kind: .unprobed, clauses: [id],
                    text: "Nothing measures it. Name dimensions of a suite in \"probes\"."))
        }
        let unknown = probes.filter { !dimensions.contains($0) }
        if !unknown.isEmpty {
            found.append(
                .init(
                    kind: .unknownProbe, clauses: [id],
                    text: "No suite has the dimension \(unknown.joined(separator: ", "))."))
        }
        let words = Words(wording).distinct
        if words.isDisjoint(with: ["i", "my", "me", "i'm", "i'd", "i'll", "i've", "myself", "我"]) {
            found.append(
                .init(
                    kind: .notFirstPerson, clauses: [id],
                    text: "It does not speak of \"I\". Write what the model is to say of itself."))
        }
        return found
    }
}

extension Words {
    /// Whether an odd number of its words negate.
    fileprivate var isNegated: Bool {
        list.count { Self.negations.contains($0) } % 2 == 1
    }
}
