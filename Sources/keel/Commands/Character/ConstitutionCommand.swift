import ArgumentParser
import Foundation
import KeelCharacter
import KeelEvaluation
import KeelFormats

/// Constitutions: what a model is to be like.
struct ConstitutionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "constitution",
        abstract: "List constitutions, check one, compare two, import one, sweep a principle.",
        subcommands: [
            ListCommand.self, CheckCommand.self, DiffCommand.self, ImportCommand.self,
            SweepCommand.self,
        ],
        defaultSubcommand: ListCommand.self)

    struct ListCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the constitutions that ship with Keel.")

        @Flag(help: "Print results as JSON.")
        var json = false

        func run() throws {
            let all = try Constitution.shippedNames.map { try Constitution.named($0) }
            if json { return try Terminal.printJSON(all) }
            Terminal.printTable(
                [["name", "version", "values", "principles", "traits"]]
                    + all.map {
                        [
                            $0.name, $0.version, "\($0.values.count)", "\($0.principles.count)",
                            "\($0.traits.count)",
                        ]
                    })
        }
    }

    struct DiffCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "diff",
            abstract: "Say what changed from one version of a constitution to the next.")

        @Argument(
            help: "The version before: a YAML file, or one that ships with Keel.",
            completion: .constitution)
        var before: String

        @Argument(help: "The version after.", completion: .constitution)
        var after: String

        @Flag(help: "Print results as JSON.")
        var json = false

        func run() throws {
            let diff = ConstitutionDiff(
                from: try Constitution.named(before), to: try Constitution.named(after))
            if json { return try Terminal.printJSON(diff) }
            for change in diff.changes {
                print(change.field)
                if let before = change.before { print(Self.marked(before, "-")) }
                if let after = change.after { print(Self.marked(after, "+")) }
            }
            if diff.changes.isEmpty { print("They say the same.") }
            if diff.needsVersion {
                Terminal.note("The version is the same. Raise it, so that rows can name theirs.")
            }
        }

        private static func marked(_ text: String, _ mark: String) -> String {
            text.split(separator: "\n", omittingEmptySubsequences: false)
                .map { "\(mark) \($0)" }.joined(separator: "\n")
        }
    }

    struct ImportCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Make a constitution of a file of Open Character Training.",
            discussion: """
                Reads a JSON list of {"trait", "questions", "clarification"}; each becomes a trait with its questions as \
                messages. Equal files make equal constitutions.
                """)

        @Argument(help: "The file.", completion: .file())
        var file: String

        @Option(help: "The constitution's name (default: that of the file).")
        var name: String?

        @Option(name: .customLong("out"), help: "The YAML file to write.", completion: .file())
        var output: String

        func run() throws {
            let output = try NewOutput(output)
            let made = try Constitution(openCharacterTraining: URL(filePath: file), name: name)
            try made.write(to: output.path)
            print("\(made.name): \(made.traits.count) traits, fingerprint \(made.fingerprint)")
        }
    }
}
