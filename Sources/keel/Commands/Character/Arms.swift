import KeelEvaluation

/// Two arms of one character beside each other.
struct Arms: Encodable {
    var constitution: String
    /// Which model did which part, in sentences.
    var models: [String]
    /// The first arm's, then the second's.
    var names: [String]
    /// What the arms' runs differ in.
    var causes: String
    /// What each arm moved of the traits.
    var sides: [[Moved.Trait]]
    /// From the first arm to the second: by trait, and elsewhere.
    var between: Moved
    /// Over how many tests p-values are adjusted.
    var tests: Int

    /// A trait under both arms and between them.
    var rows: [(trait: String, first: Moved.Trait, second: Moved.Trait, between: [Change])] {
        guard sides.count == 2 else { return [] }
        return zip(zip(sides[0], sides[1]), between.traits).map {
            ($1.id, $0.0, $0.1, $1.changes)
        }
    }

    /// From the first arm to the second.
    var title: String { names.joined(separator: " → ") }

    func print() {
        for line in models + [causes] { Swift.print(line) }
        for row in rows {
            Swift.print("\n\(row.trait):")
            Swift.print("  \(names[0]): \(row.first.sentence)")
            Swift.print("  \(names[1]): \(row.second.sentence)")
            for change in row.between { Swift.print("  \(title): \(change.sentence)") }
        }
        Swift.print(
            "\nElsewhere, \(title): "
                + (between.drifts.isEmpty
                    ? "no difference was found in \(between.elsewhere.count) measures."
                    : "\(between.drifts.count) of \(between.elsewhere.count) measures differ."))
        for change in between.drifts { Swift.print("  \(change.sentence)") }
        Swift.print("\nP-values are adjusted over \(tests) tests; intervals of 95 %.")
    }
}
