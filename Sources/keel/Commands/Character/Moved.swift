import KeelCharacter
import KeelEvaluation

/// Changes by whether a constitution wanted them.
struct Moved: Encodable {
    struct Trait: Encodable {
        var id: String
        /// Changes of the dimensions that it names.
        var changes: [Change]
        /// Of these, what was found to be better, and would be on other probes like these.
        var asWanted: Int
        /// What was found to be worse.
        var against: Int

        init(_ trait: Constitution.Trait, _ changes: [Change]) {
            id = trait.id
            self.changes = changes.filter { trait.probes.contains($0.dimension) }
            asWanted = self.changes.count { $0.verdict == .better && !$0.isOpenElsewhere }
            against = self.changes.count { $0.verdict == .worse }
        }

        /// How far it came, in words.
        var sentence: String {
            changes.isEmpty
                ? "the runs measure none of its dimensions"
                : "of \(changes.count) measures, \(asWanted) moved as wanted, \(against) against it"
        }
    }

    var constitution: String
    var causes: String
    /// Which model did which part, in sentences.
    var models: [String] = []
    var traits: [Trait]
    /// All other changes, those that were found first.
    var elsewhere: [Change]
    var data: PreferenceSummary?

    init(_ constitution: Constitution, _ comparison: Comparison, data: PreferenceSummary?) {
        self.constitution = "\(constitution.name), version \(constitution.version)"
        causes = comparison.causes
        traits = constitution.traits.map { Trait($0, comparison.changes) }
        let others = comparison.changes.filter { !constitution.targets.contains($0.dimension) }
        elsewhere =
            others.filter { $0.verdict.isFound } + others.filter { !$0.verdict.isFound }
        self.data = data
    }

    /// Changes that were found and that no trait asked for.
    var drifts: [Change] { elsewhere.filter { $0.verdict.isFound } }

    func print() {
        for line in [causes] + models { Swift.print(line) }
        for trait in traits {
            Swift.print("\n\(trait.id): \(trait.sentence)")
            for change in trait.changes { Swift.print("  \(change.sentence)") }
        }
        Swift.print(
            "\nElsewhere: "
                + (drifts.isEmpty
                    ? "no drift was found in \(elsewhere.count) measures."
                    : "\(drifts.count) of \(elsewhere.count) measures drifted."))
        for change in drifts { Swift.print("  \(change.sentence)") }
        data?.printTable()
    }
}

extension Constitution {
    /// The dimensions that its traits are to move.
    var targets: Set<String> { Set(traits.flatMap(\.probes)) }
}
