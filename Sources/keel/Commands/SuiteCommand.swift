import ArgumentParser
import Foundation
import KeelEvaluation

/// Suites: what is asked of a model.
struct SuiteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suite", abstract: "List suites, check one, import one.",
        subcommands: [
            ListCommand.self, CheckCommand.self, SchemaCommand.self, ImportCommand.self,
        ],
        defaultSubcommand: ListCommand.self)

    struct ListCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the suites that ship with Keel.")

        @Flag(help: "Print results as JSON.")
        var json = false

        func run() throws {
            let contents = try Suite.shippedNames.map { SuiteContents(try Suite.shipped($0)) }
            if json { return try Terminal.printJSON(contents) }
            Terminal.printTable(
                [["name", "version", "dimensions", "probes"]]
                    + contents.map {
                        [$0.name, $0.version, "\($0.dimensions.count)", "\($0.probes)"]
                    })
        }
    }

    struct CheckCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Check a suite, and say what it holds.")

        @Argument(help: "A YAML file, or a suite that ships with Keel.", completion: .suite)
        var suite: String

        @Flag(help: "Print results as JSON.")
        var json = false

        func run() throws {
            let contents = SuiteContents(try EvalCommand.suite(named: suite))
            if json { return try Terminal.printJSON(contents) }
            contents.printTable()
        }
    }

    struct SchemaCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema", abstract: "Print the JSON Schema of suites, for editors.")

        func run() throws { print(try Suite.schema(), terminator: "") }
    }

    struct ImportCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Make a suite of somebody else's file.",
            discussion: """
                Formats:
                \(ImportFormat.allCases.map { "\($0.rawValue): \($0.title)" }.joined(separator: "\n"))

                The suite cites the file's source and licence, and carries a canary of its own. Equal files make \
                equal suites.
                """)

        @Argument(help: "What the file is.")
        var format: ImportFormat

        @Argument(help: "The file.", completion: .file())
        var file: String

        @Option(help: "The suite's name (default: that of the file).")
        var name: String?

        @Option(name: .customLong("out"), help: "The YAML file to write.", completion: .file())
        var output: String

        func run() throws {
            guard !FileManager.default.fileExists(atPath: output) else {
                throw SuiteExists(path: output)
            }
            let suite = try Suite.imported(from: file, as: format, name: name)
            try suite.write(to: output)
            SuiteContents(suite).printTable()
        }
    }
}

/// A suite that would be written over.
private struct SuiteExists: Error, CustomStringConvertible {
    var path: String

    var description: String {
        "\(path) exists already, and may have been edited. Name another output, or remove it."
    }
}

/// What a suite holds, for a person and for other programs.
private struct SuiteContents: Encodable {
    struct Row: Encodable {
        var id, title: String
        var measures: [String]
        var probes, clusters: Int
    }

    var name, version, fingerprint, canary, about: String
    var dimensions: [Row]

    init(_ suite: Suite) {
        name = suite.name
        version = suite.version
        fingerprint = suite.fingerprint
        canary = suite.canary
        about = suite.about
        dimensions = suite.dimensions.map { dimension in
            Row(
                id: dimension.id, title: dimension.title,
                measures: dimension.measures.map { measure in
                    [measure.kind.rawValue, measure.counter ?? measure.of ?? measure.rubric]
                        .compactMap(\.self).joined(separator: " ")
                },
                probes: dimension.probes.count, clusters: Set(dimension.probes.map(\.cluster)).count
            )
        }
    }

    var probes: Int { dimensions.reduce(0) { $0 + $1.probes } }

    func printTable() {
        print("\(name), version \(version), fingerprint \(fingerprint)\n\(about)\n")
        Terminal.printTable(
            [["dimension", "probes", "clusters", "measures"]]
                + dimensions.map {
                    [$0.id, "\($0.probes)", "\($0.clusters)", $0.measures.joined(separator: ", ")]
                })
    }
}
