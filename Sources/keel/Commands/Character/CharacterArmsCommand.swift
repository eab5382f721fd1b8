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
