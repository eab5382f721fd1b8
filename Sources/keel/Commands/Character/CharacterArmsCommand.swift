import ArgumentParser
import Foundation
import KeelCharacter
import KeelEvaluation
import KeelReport

/// Which of two ways to train a character moved it further.
struct CharacterArmsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "arms",
        abstract: "Compare two ways of training one character: what each moved, and which more.",
        discussion: """
            Takes a map before any training, and one after training on each arm's rows, such as those that keel \
            character data makes by --arm ranked and --arm prompted. Each arm is compared with the map before, and the \
            second arm with the first, paired by probe; p-values are adjusted over all three comparisons together. What \
            differs between the arms is told for the traits' dimensions first, then elsewhere.
            """)

    @Argument(
        help: "A YAML file, or a constitution that ships with Keel.", completion: .constitution)
    var constitution: String

    @Option(help: "The run before the trainings.", completion: .directory)
    var before: String

    @Option(help: "NAME=RUN: the run after the training on an arm; given twice.")
    var arm: [String]

    @Option(help: "NAME=ROWS: the rows of an arm, to say which models made them.")
    var data: [String] = []

    @Option(help: "Also write a report to this HTML file.", completion: .file())
    var report: String?

    @Flag(help: "Print results as JSON.")
    var json = false

    func validate() throws {
        let names = try (arm + data).map { try Self.parts($0).name }
        guard arm.count == 2, Set(names.prefix(2)).count == 2 else {
            throw ValidationError("Two arms are compared: give --arm NAME=RUN twice, each named.")
        }
        for name in names.dropFirst(2) where !names.prefix(2).contains(name) {
            throw ValidationError("--data names \"\(name)\", which is no arm.")
        }
    }

    func run() async throws {
        let named = try Constitution.named(constitution)
        let start = try Run(reading: URL(filePath: before))
        let arms = try arm.map { text in
            let (name, path) = try Self.parts(text)
            return (name: name, run: try Run(reading: URL(filePath: path)))
        }
        guard let first = arms.first, let second = arms.last else { return }
        let compared = try Comparison.family([
            (baseline: start, candidate: first.run), (baseline: start, candidate: second.run),
            (baseline: first.run, candidate: second.run),
        ])
        var models = ["Before: \(start.config.model)."]
        models += arms.map { "\($0.name): \($0.run.config.model)." }
        for text in data {
            let (name, path) = try Self.parts(text)
            models += RowMakers.sentences([path]).map { "\(name): \($0)" }
        }
        let result = Arms(
            constitution: "\(named.name), version \(named.version)", models: models,
            names: arms.map(\.name), causes: compared[2].causes,
            sides: compared.prefix(2).map { comparison in
                named.traits.map { Moved.Trait($0, comparison.changes) }
            }, between: Moved(named, compared[2], data: nil),
            tests: compared.reduce(0) { $0 + $1.changes.count { $0.pValue != nil } })
        if let report { try result.page().write(to: report) }
        if json { return try Terminal.printJSON(result) }
        result.print()
        if let report { print("\nReport: \(report)") }
    }

    /// A name and what it stands for.
    private static func parts(_ text: String) throws -> (name: String, path: String) {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw ValidationError("\"\(text)\" is not NAME=PATH, as in ranked=runs/ranked.")
        }
        return (parts[0], parts[1])
    }
}

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
    private var rows: [(trait: String, first: Moved.Trait, second: Moved.Trait, between: [Change])]
    {
        guard sides.count == 2 else { return [] }
        return zip(zip(sides[0], sides[1]), between.traits).map {
            ($1.id, $0.0, $0.1, $1.changes)
        }
    }

    private var title: String { names.joined(separator: " → ") }

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

    func page() -> Page {
        let differing = between.traits.filter { $0.changes.contains { $0.verdict.isFound } }
        return Page(
            title: "Two ways to train \(constitution)",
            lede: differing.isEmpty
                ? "In no trait was a difference found between the arms."
                : "The arms were found to differ in \(differing.map(\.id).joined(separator: ", ")).",
            facts: [
                .init("Arms", Prose(title)), .init("Between them", Prose(causes)),
                .init("Models", Prose(models.joined(separator: " "))),
                .init("Tests", "\(tests), adjusted together by Holm's method"),
            ],
            sections: rows.map { row in
                Page.Section(
                    "Trait “\(row.trait)”", anchor: "trait-\(row.trait)",
                    [
                        table(row.first.changes, "From before to \(names[0])"),
                        table(row.second.changes, "From before to \(names[1])"),
                        table(row.between, "From \(names[0]) to \(names[1])"),
                    ].compactMap(\.self))
            } + [
                Page.Section(
                    "Everything else", anchor: "elsewhere",
                    [table(between.elsewhere, "From \(names[0]) to \(names[1])")].compactMap(\.self)
                )
            ])
    }

    private func table(_ changes: [Change], _ caption: String) -> Block? {
        changes.isEmpty ? nil : .table(ChangeTable(changes: changes).table(caption))
    }
}
