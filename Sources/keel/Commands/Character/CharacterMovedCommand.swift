import ArgumentParser
import Foundation
import KeelCharacter
import KeelEvaluation
import KeelReport

/// What training on a constitution moved: its traits, and everything else.
struct CharacterMovedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "moved",
        abstract: "Say what a training moved: the constitution's traits, and everything else.",
        discussion: """
            Compares two maps of one suite, paired by probe and adjusted over all measures. The dimensions that a trait \
            names in "probes" are its target: it moved as wanted where a measure was found to be better and the \
            interval for other probes like these leaves out zero. What else was found to change is a drift. With --data, \
            each principle's part in the rows is shown beside, and which models made them.
            """)

    @Argument(
        help: "A YAML file, or a constitution that ships with Keel.", completion: .constitution)
    var constitution: String

    @Option(help: "The run before the training.", completion: .directory)
    var before: String

    @Option(help: "The run after it.", completion: .directory)
    var after: String

    @Option(
        help: "The rows it was trained on, as keel character data made them.", completion: .file())
    var data: String?

    @Option(help: "Also write a report to this HTML file.", completion: .file())
    var report: String?

    @Flag(help: "Print results as JSON.")
    var json = false

    func run() async throws {
        let summary = try data.map {
            PreferenceSummary(try PreferenceRecord.read($0), features: TextFeature.inspected)
        }
        let runs = (
            before: try Run(reading: URL(filePath: before)),
            after: try Run(reading: URL(filePath: after))
        )
        var moved = Moved(
            try Constitution.named(constitution), try Comparison(of: runs.before, with: runs.after),
            data: summary)
        moved.models = [
            "Before: \(runs.before.config.model).", "After: \(runs.after.config.model).",
        ]
        moved.models += RowMakers.sentences(data.map { [$0] } ?? [])
        if let report { try moved.page().write(to: report) }
        if json { return try Terminal.printJSON(moved) }
        moved.print()
        if let report { print("\nReport: \(report)") }
    }
}

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
        let wanted = Set(constitution.traits.flatMap(\.probes))
        let others = comparison.changes.filter { !wanted.contains($0.dimension) }
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

    func page() -> Page {
        Page(
            title: "What training on \(constitution) moved",
            lede: drifts.isEmpty
                ? "No drift was found outside the traits' dimensions."
                : "Drifts outside the traits' dimensions: \(drifts.map(\.title).joined(separator: ", ")).",
            facts: [
                .init("Between the runs", Prose(causes)),
                .init("Models", Prose(models.joined(separator: " "))),
            ],
            sections: traits.map { trait in
                Page.Section(
                    "Trait “\(trait.id)”", anchor: "trait-\(trait.id)",
                    [Block.paragraph(Prose(trait.sentence.capitalizedFirst + "."))]
                        + (trait.changes.isEmpty
                            ? []
                            : [
                                Block.table(
                                    ChangeTable(changes: trait.changes).table("Its dimensions"))
                            ]))
            } + [
                Page.Section(
                    "Everything else", anchor: "elsewhere",
                    [.table(ChangeTable(changes: elsewhere).table("What no trait asked for"))])
            ])
    }
}
